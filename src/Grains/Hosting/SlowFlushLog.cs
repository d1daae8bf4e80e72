using EdgeOrleans.Grains.Time;
using EdgeOrleans.Journal;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains;

/// <summary>
/// Logs flushes that took too long: at most one line in ten seconds, with what happened since the last, because the log of a worn card
/// is often on that card.
/// </summary>
internal sealed partial class SlowFlushLog(ServiceClock clock, ILogger<SlowFlushLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long _loggedAt;
    private int _since;
    private TimeSpan _longest;
    private bool _hasLogged;

    /// <summary>To be called by the journal's writer alone.</summary>
    public void Report(SlowFlush flush)
    {
        _since++;
        _longest = flush.Duration > _longest ? flush.Duration : _longest;
        if (_hasLogged && clock.GetElapsedTime(_loggedAt) < Interval)
        {
            return;
        }

        LogSlow(logger, flush.Duration.TotalMilliseconds, flush.Records, flush.Bytes, _since - 1, _longest.TotalMilliseconds);
        (_hasLogged, _loggedAt, _since, _longest) = (true, clock.GetTimestamp(), 0, TimeSpan.Zero);
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Slow flush: {Milliseconds:F0} ms for {Records} records, {Bytes} bytes; {Others} more since the last such line, the longest {LongestMilliseconds:F0} ms")]
    private static partial void LogSlow(ILogger logger, double milliseconds, int records, int bytes, int others, double longestMilliseconds);
}
