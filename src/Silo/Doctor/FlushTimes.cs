namespace EdgeOrleans.Silo.Doctor;

/// <summary>Flushes one after the other, each timed.</summary>
internal sealed class FlushTimes
{
    private readonly TimeSpan[] _sorted;

    /// <param name="times">At least one.</param>
    public FlushTimes(IEnumerable<TimeSpan> times)
    {
        _sorted = [.. times.Order()];
        ArgumentOutOfRangeException.ThrowIfZero(_sorted.Length, nameof(times));
        Mean = TimeSpan.FromTicks((long)_sorted.Average(static time => time.Ticks));
    }

    public int Count => _sorted.Length;

    public TimeSpan Mean { get; }

    public TimeSpan P50 => AtRank(0.50);

    public TimeSpan P99 => AtRank(0.99);

    public TimeSpan Longest => _sorted[^1];

    /// <summary>The nearest rank: of few flushes the 99th percentile is the longest.</summary>
    private TimeSpan AtRank(double share) => _sorted[(int)Math.Ceiling(share * _sorted.Length) - 1];
}
