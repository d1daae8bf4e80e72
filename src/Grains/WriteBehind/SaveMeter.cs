using System.Diagnostics.Metrics;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What the write-behind measures when it happens, for each target by its name.</summary>
internal static class SaveMeter
{
    /// <summary>The kinds of call, as labels.</summary>
    public const string Read = "read", Write = "write", Flush = "flush";

    private static readonly Meter Meter = new("EdgeOrleans.WriteBehind");

    /// <summary>Saves of a collection, by target and outcome.</summary>
    public static readonly Counter<long> Saves = Meter.CreateCounter<long>(
        "edgeorleans.save.collections", "{save}", "Saves of a collection to a target.");

    /// <summary>Bytes of rows handed to a storage.</summary>
    public static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "edgeorleans.storage.written", "By", "Bytes of rows handed to a storage.");

    /// <summary>Seconds of one call to a storage, by target and kind of call.</summary>
    public static readonly Histogram<double> CallDuration = Meter.CreateHistogram(
        "edgeorleans.storage.call.duration", "s", "Time of one call to a storage.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] });

    /// <summary>Calls to a storage that failed, by target and kind of call.</summary>
    public static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "edgeorleans.storage.failures", "{failure}", "Calls to a storage that failed.");

    /// <summary>Shows the failures of a target at zero: a counter that appears with its first step does not show that step.</summary>
    public static void Begin(KeyValuePair<string, object?> target)
    {
        Failures.Add(0, target, new("call", Read));
        Failures.Add(0, target, new("call", Write));
        Failures.Add(0, target, new("call", Flush));
    }

    /// <summary>An outcome as a label.</summary>
    public static string NameOf(SaveOutcome outcome) => outcome switch
    {
        SaveOutcome.UpToDate => "up_to_date",
        SaveOutcome.Saved => "saved",
        SaveOutcome.Conflict => "conflict",
        SaveOutcome.Ahead => "ahead",
        _ => "failed",
    };
}
