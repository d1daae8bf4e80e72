using System.Text.Json;

namespace EdgeOrleans.Api;

/// <summary>Finds the raw bytes of <c>value</c> in <c>{"value": any JSON}</c>. Other members are passed over.</summary>
internal static class SetBodyReader
{
    private static readonly ApiError NotAnObject = new(ErrorKind.InvalidBody, "the request body must be a JSON object with a member 'value'");

    private static readonly ApiError NoValue = new(ErrorKind.InvalidBody, "the request body has no member 'value'");

    private static readonly ApiError SecondValue = new(ErrorKind.InvalidBody, "the request body has a second member 'value'");

    public static ApiError? Read(ReadOnlySpan<byte> body, int maxValueBytes, out JsonSpan value)
    {
        value = default;
        if (JsonBody.TextFault(body) is { } fault)
        {
            return fault;
        }

        try
        {
            return ReadObject(body, maxValueBytes, out value);
        }
        catch (JsonException malformed)
        {
            return JsonBody.Malformed(malformed);
        }
    }

    private static ApiError? ReadObject(ReadOnlySpan<byte> body, int maxValueBytes, out JsonSpan value)
    {
        value = default;
        var reader = new Utf8JsonReader(body, JsonBody.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return NotAnObject;
        }

        var values = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = JsonBody.NameIs(in reader, "value");
            reader.Read();
            var place = JsonBody.PassValue(ref reader);
            if (isValue)
            {
                values++;
                value = place;
            }
        }

        // Past the end of the object there is either nothing or an error.
        reader.Read();
        return values switch
        {
            0 => NoValue,
            1 => JsonBody.ValueFault(value, maxValueBytes),
            _ => SecondValue,
        };
    }
}
