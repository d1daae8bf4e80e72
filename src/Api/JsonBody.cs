using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EdgeOrleans.Api;

/// <summary>What the readers of bodies share: the text as a whole, and one value within it.</summary>
internal static class JsonBody
{
    /// <summary>Depth is judged for each value on its own, so the reader itself sets no limit: it keeps one bit a level.</summary>
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = int.MaxValue };

    private static readonly ApiError Empty = new(ErrorKind.InvalidBody, "the request body is empty; it must be a JSON object");

    private static readonly ApiError ByteOrderMark = new(ErrorKind.InvalidBody, "the request body must not begin with a byte order mark");

    private static readonly ApiError NotUtf8 = new(ErrorKind.InvalidBody, "the request body is not valid UTF-8");

    /// <summary>What is wrong with the body as text. <see cref="Utf8JsonReader"/> does not look at the UTF-8 within strings.</summary>
    public static ApiError? TextFault(ReadOnlySpan<byte> body) =>
        body.IsEmpty ? Empty
        : body.StartsWith("\uFEFF"u8) ? ByteOrderMark
        : !Utf8.IsValid(body) ? NotUtf8
        : null;

    /// <summary>Says where the JSON breaks, without the framework's words.</summary>
    public static ApiError Malformed(JsonException fault) => new(
        ErrorKind.InvalidBody, $"the request body is not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}");

    /// <summary>
    /// Whether the member name at the reader's place is this one. A name whose escapes make no text (an unpaired surrogate) is none
    /// that is known here, and the reader throws at it.
    /// </summary>
    public static bool NameIs(ref readonly Utf8JsonReader reader, string name)
    {
        if (!reader.ValueIsEscaped)
        {
            return Ascii.Equals(reader.ValueSpan, name);
        }

        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Passes over the value whose first token has been read, to its last.</summary>
    /// <returns>Where its bytes stand, white space around it left out, and how deep it nests.</returns>
    public static JsonSpan PassValue(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        var outside = reader.CurrentDepth;
        var depth = 0;
        while (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || reader.CurrentDepth > outside)
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                depth = Math.Max(depth, reader.CurrentDepth - outside + 1);
            }

            reader.Read();
        }

        return new JsonSpan(start, (int)reader.BytesConsumed - start, depth);
    }

    /// <summary>What is wrong with a value as such.</summary>
    public static ApiError? ValueFault(JsonSpan value, int maxValueBytes) =>
        value.Depth > NameRules.MaxValueDepth
            ? new(ErrorKind.InvalidBody, $"value is nested deeper than the limit of {NameRules.MaxValueDepth} levels")
        : value.Length > maxValueBytes
            ? new(ErrorKind.ValueTooLarge, $"value has {value.Length} bytes, more than the limit of {maxValueBytes} bytes (Limits:ValueBytes)")
        : null;
}

/// <summary>The place of one JSON value in a body.</summary>
internal readonly record struct JsonSpan(int Start, int Length, int Depth);
