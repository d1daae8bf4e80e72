using System.Text.Json;
using System.Text.Unicode;

namespace EdgeOrleans.Grains.Collections;

/// <summary>Whether bytes are one JSON value. Nothing is built: what is stored are the bytes themselves.</summary>
internal static class JsonText
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = NameRules.MaxValueDepth };

    /// <summary>What is wrong, as the end of a sentence; <see langword="null"/> when the text is one value of at most 64 levels.</summary>
    public static string? Fault(ReadOnlySpan<byte> text)
    {
        // The reader takes any bytes inside a string.
        if (!Utf8.IsValid(text))
        {
            return "is not valid UTF-8";
        }

        try
        {
            var reader = new Utf8JsonReader(text, Strict);
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException fault)
        {
            return $"is not one JSON value of at most {NameRules.MaxValueDepth} levels: {fault.Message}";
        }
    }
}
