using HdrHistogram;

namespace EdgeOrleans.Load.Recording;

/// <summary>Latencies and errors of one kind of request, from all users.</summary>
internal sealed class StepRecorder(string name)
{
    private const long LongestMicros = 600_000_000;
    private const int Digits = 3;

    private readonly Lock _gate = new();
    private readonly LongHistogram _all = new(LongestMicros, Digits);
    private readonly LongHistogram _interval = new(LongestMicros, Digits);
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private long _errorCount;
    private long _intervalErrors;

    public string Name => name;

    public void Success(TimeSpan latency)
    {
        var micros = Math.Clamp((long)latency.TotalMicroseconds, 1, LongestMicros);
        lock (_gate)
        {
            _all.RecordValue(micros);
            _interval.RecordValue(micros);
        }
    }

    public void Error(string kind)
    {
        lock (_gate)
        {
            _errors[kind] = _errors.GetValueOrDefault(kind) + 1;
            _errorCount++;
            _intervalErrors++;
        }
    }

    /// <summary>What has come in since the last call.</summary>
    public TimelinePoint TakeInterval(TimeSpan at, TimeSpan length)
    {
        lock (_gate)
        {
            var point = new TimelinePoint(
                at.TotalSeconds,
                _interval.TotalCount / length.TotalSeconds,
                Milliseconds(_interval, 50),
                Milliseconds(_interval, 99),
                Milliseconds(_interval, 100),
                _intervalErrors);
            _interval.Reset();
            _intervalErrors = 0;
            return point;
        }
    }

    /// <summary>All of it.</summary>
    public StepResult Result(TimeSpan length, IReadOnlyList<TimelinePoint> timeline)
    {
        lock (_gate)
        {
            return new StepResult
            {
                Name = name,
                Count = _all.TotalCount,
                RatePerSecond = _all.TotalCount / length.TotalSeconds,
                P50Ms = Milliseconds(_all, 50),
                P90Ms = Milliseconds(_all, 90),
                P99Ms = Milliseconds(_all, 99),
                P999Ms = Milliseconds(_all, 99.9),
                MaxMs = Milliseconds(_all, 100),
                ErrorCount = _errorCount,
                Errors = new SortedDictionary<string, long>(_errors, StringComparer.Ordinal),
                Distribution = [.. LatencyDistribution.Percentiles.Select(p => new LatencyPoint(p, Milliseconds(_all, p)))],
                Timeline = timeline,
            };
        }
    }

    private static double Milliseconds(LongHistogram histogram, double percentile) =>
        histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / 1000.0;
}
