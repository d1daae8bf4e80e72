using System.Text.Json;

namespace EdgeOrleans.Api;

/// <summary>A member of a batch operation that holds a name.</summary>
internal struct BatchName(string member)
{
    /// <summary>
    /// No valid name is written longer, not even one of escapes alone (<c>A</c> for one byte).
    /// A longer one is refused before it becomes a string and comes back in the answer.
    /// </summary>
    private const int MaxRawBytes = NameRules.MaxKeyBytes * 6;

    private bool _seen;

    /// <summary>The name; empty when it is missing, <c>null</c> or cannot be read.</summary>
    public string Text { get; private set; } = "";

    /// <summary>What is wrong with the member as JSON; whether the name is a good one is judged elsewhere.</summary>
    public ApiError? Error { get; private set; }

    public static ApiError Second(string member) => new(ErrorKind.InvalidBody, $"the operation has a second member '{member}'");

    /// <summary>Reads the member if its name is at the reader's place.</summary>
    public bool TryRead(ref Utf8JsonReader reader)
    {
        if (!JsonBody.NameIs(in reader, member))
        {
            return false;
        }

        if (_seen)
        {
            Error ??= Second(member);
        }

        _seen = true;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            ReadText(ref reader);
        }
        else if (reader.TokenType != JsonTokenType.Null)
        {
            JsonBody.PassValue(ref reader);
            Error ??= new(ErrorKind.InvalidParams, $"{member} must be a string");
        }

        return true;
    }

    private void ReadText(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > MaxRawBytes)
        {
            Error ??= new(ErrorKind.InvalidParams, $"{member} is too long: {reader.ValueSpan.Length} bytes");
            return;
        }

        try
        {
            Text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            Error ??= new(ErrorKind.InvalidParams, $"{member} must not contain an unpaired surrogate");
        }
    }
}
