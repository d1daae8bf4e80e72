using EdgeOrleans.Silo.Log;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Silo.Tests.Log;

/// <summary>How a line of the log is written.</summary>
public sealed class LogLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, 7, TimeSpan.Zero);

    [Fact]
    public void Plain_line_has_time_level_category_event_and_message() =>
        Assert.Equal(
            "2026-01-31T12:00:00.007Z warn: Orleans.Silo[42] It is slow",
            PlainLine.Of(new LogLine(Time, LogLevel.Warning, "Orleans.Silo", 42, "It is slow", null)));

    [Fact]
    public void Fault_with_its_stack_trace_is_on_the_same_line()
    {
        var line = PlainLine.Of(new LogLine(Time, LogLevel.Error, "Orleans.Silo", 1, "It broke\nbadly", Thrown()));
        Assert.Contains("fail: Orleans.Silo[1] It broke badly System.InvalidOperationException: why", line, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void Json_line_escapes_what_JSON_demands_and_keeps_the_rest() =>
        Assert.Equal(
            """{"Timestamp":"2026-01-31T12:00:00.007Z","LogLevel":"Information","Category":"C","EventId":0,"Message":"\"é\"\n<b>"}""",
            JsonLine.Of(new LogLine(Time, LogLevel.Information, "C", 0, "\"é\"\n<b>", null)));

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("why");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }
}
