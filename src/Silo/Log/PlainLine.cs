using System.Globalization;

namespace EdgeOrleans.Silo.Log;

/// <summary>A line of the log as text: <c>2026-01-31T12:00:00.000Z warn: Category[1] message</c>.</summary>
internal static class PlainLine
{
    /// <summary>The text, without an end of line; a stack trace is on the same line.</summary>
    public static string Of(in LogLine line)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{line.Time:yyyy-MM-ddTHH:mm:ss.fffZ} {Short(line.Level)}: {line.Category}[{line.EventId}] {line.Message}");
        return (line.Fault is null ? text : $"{text} {line.Fault}").ReplaceLineEndings(" ");
    }

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
