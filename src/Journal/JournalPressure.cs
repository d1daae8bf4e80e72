namespace EdgeOrleans.Journal;

/// <summary>Whether the journal takes writes, and if not, why.</summary>
public enum JournalState
{
    /// <summary>It does.</summary>
    Writing = 0,

    /// <summary>It is at its limit, because the primary target lacks what it holds.</summary>
    BacklogFull,

    /// <summary>The file system has no room for the next segment.</summary>
    NoRoom,

    /// <summary>A write or flush failed: nothing is written until restart.</summary>
    Failed,
}

/// <summary>How full the journal is: what decides when collections are saved, and what <c>/health</c> shows.</summary>
/// <param name="UsedBytes">Bytes of all its files.</param>
/// <param name="LimitBytes"><see cref="JournalOptions.MaxBytes"/>.</param>
/// <param name="Segments">Files that hold frames.</param>
/// <param name="Spares">Files that wait to become one of them.</param>
/// <param name="HeldBytes">Bytes of the segments that hold something the primary target lacks, the active one included.</param>
/// <param name="LiveBytes">Bytes of the records that the primary target lacks.</param>
/// <param name="PendingBytes">Bytes that wait for a flush.</param>
/// <param name="OldestUnsavedSinceMicros">When the oldest record that the primary target lacks came in, on the service clock; 0 when there is none.</param>
/// <param name="State">Whether it takes ordinary writes.</param>
public sealed record JournalPressure(
    long UsedBytes,
    long LimitBytes,
    int Segments,
    int Spares,
    long HeldBytes,
    long LiveBytes,
    long PendingBytes,
    long OldestUnsavedSinceMicros,
    JournalState State);
