using System.Diagnostics.Metrics;

namespace EdgeOrleans.Grains.Durability;

/// <summary>What commits to a cluster's storage measure when they happen.</summary>
internal static class CommitMeter
{
    private static readonly Meter Meter = new("EdgeOrleans.Grains");

    /// <summary>Activations that found that another one had written.</summary>
    public static readonly Counter<long> Conflicts = Meter.CreateCounter<long>(
        "edgeorleans.commit.conflicts", "{conflict}", "Collections that left this server because another one had written them.");

    private static readonly Histogram<long> Writes = Meter.CreateHistogram(
        "edgeorleans.commit.writes", "{write}", "Writes that were saved together.", tags: null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "edgeorleans.commit.duration", "s", "Time until a group of writes was saved.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] });

    /// <summary>A group was saved.</summary>
    public static void Committed(int writes, TimeSpan duration)
    {
        Writes.Record(writes);
        Duration.Record(duration.TotalSeconds);
    }
}
