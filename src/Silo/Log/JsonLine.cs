using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeOrleans.Silo.Log;

/// <summary>A line of the log as a JSON object.</summary>
internal static class JsonLine
{
    // For a file or a collector and never part of a page, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text, without an end of line.</summary>
    public static string Of(in LogLine line)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp"u8, line.Time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("LogLevel"u8, line.Level.ToString());
            json.WriteString("Category"u8, line.Category);
            json.WriteNumber("EventId"u8, line.EventId);
            json.WriteString("Message"u8, line.Message);
            if (line.Fault is not null)
            {
                json.WriteString("Exception"u8, line.Fault.ToString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
