using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>
/// A line of the log as a JSON object. The library's own formatter also writes each value of a message by itself, for which the native
/// compiler keeps code for every shape of message that any assembly logs; the message has them all.
/// </summary>
internal sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>What the console's options call it.</summary>
    public const string FormatterName = "json-line";

    // For a file or a collector and never part of a page, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter) =>
        Write(logEntry.LogLevel, logEntry.Category, logEntry.EventId.Id, logEntry.Formatter(logEntry.State, logEntry.Exception), logEntry.Exception, textWriter);

    private void Write(LogLevel level, string category, int eventId, string message, Exception? fault, TextWriter to)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp"u8, time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("LogLevel"u8, level.ToString());
            json.WriteString("Category"u8, category);
            json.WriteNumber("EventId"u8, eventId);
            json.WriteString("Message"u8, message);
            if (fault is not null)
            {
                json.WriteString("Exception"u8, fault.ToString());
            }

            json.WriteEndObject();
        }

        to.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
    }
}
