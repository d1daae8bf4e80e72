namespace EdgeOrleans.Journal;

/// <summary>What <see cref="FlashJournal.Open"/> found and did.</summary>
public sealed class RecoveryReport
{
    /// <summary>Whether nothing was ever written here.</summary>
    public bool IsFresh { get; internal set; }

    /// <summary>Segments read.</summary>
    public int Segments { get; internal set; }

    /// <summary>Sound frames read.</summary>
    public int Frames { get; internal set; }

    /// <summary>Records that the primary target does not have.</summary>
    public int LiveRecords { get; internal set; }

    /// <summary>The service clock as it was last stamped, in microseconds since the Unix epoch; 0 when there was no stamp.</summary>
    public long ClockFloorMicros { get; internal set; }

    /// <summary>Time to read and check all segments.</summary>
    public TimeSpan ReadTime { get; internal set; }

    /// <summary>Time to rewrite the newest frame into a new segment.</summary>
    public TimeSpan RewriteTime { get; internal set; }
}
