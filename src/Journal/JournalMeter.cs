using System.Diagnostics.Metrics;

namespace EdgeOrleans.Journal;

/// <summary>
/// What is measured at the moment it happens. What can be asked at any time (<see cref="FlashJournal.Pressure"/>,
/// <see cref="FlashJournal.Writes"/>) is asked when somebody wants to know. Costs nothing while nobody listens.
/// </summary>
internal static class JournalMeter
{
    private static readonly Meter Meter = new("EdgeOrleans.Journal");

    /// <summary>Seconds of one write and flush of a frame: a good card takes 1 to 10 ms, a worn one hundreds.</summary>
    public static readonly Histogram<double> FlushDuration = Meter.CreateHistogram(
        "edgeorleans.journal.flush.duration", "s", "Time to write one frame and flush it.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] });

    /// <summary>Records that shared one flush.</summary>
    public static readonly Histogram<int> GroupRecords = Meter.CreateHistogram(
        "edgeorleans.journal.group.records", "{record}", "Records that share one flush.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });
}
