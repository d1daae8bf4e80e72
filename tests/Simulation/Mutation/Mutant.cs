namespace EdgeOrleans.Simulation.Mutation;

/// <summary>The code broken in one place on purpose, to see whether the oracle bites. Each is one line, made at a seam.</summary>
internal enum Mutant
{
    /// <summary>The code as it is.</summary>
    None,

    /// <summary>The flush of a file does nothing.</summary>
    NoFlush,

    /// <summary>A group is answered before its flush: each flush is done when the next operation comes.</summary>
    AnswerBeforeFlush,

    /// <summary>The flush of the directory does nothing.</summary>
    NoDirectoryFlush,

    /// <summary>Names found at start are built on without a flush: the first flush of the directory does nothing.</summary>
    NoDirectoryFlushAtStart,

    /// <summary>A segment's header is not flushed before the segment has its name.</summary>
    NoHeaderFlush,

    /// <summary>A failed flush is tried again once.</summary>
    RetryFailedFlush,

    /// <summary>Recovery takes frames whose checksum does not hold.</summary>
    FrameChecksumIgnored,

    /// <summary>Recovery takes frames that an earlier use of the file left.</summary>
    GenerationIgnored,

    /// <summary>The newest frame found at start is not written once more.</summary>
    NewestFrameNotCarried,

    /// <summary>The journal is trimmed before the primary has made its rows durable.</summary>
    TrimBeforeCheckpoint,

    /// <summary>A save to a secondary trims the journal.</summary>
    TrimBySecondary,

    /// <summary>What a secondary lacked when a process ended is not looked for.</summary>
    SecondaryNotCompared,

    /// <summary>Reads show values that are not durable yet.</summary>
    ReadOfPending,

    /// <summary>A stale activation's save overwrites the slot that another has claimed.</summary>
    SlotNotClaimed,

    /// <summary>A snapshot's head is written before its chunks.</summary>
    HeadBeforeChunks,

    /// <summary>A delete of a collection is carried out without being written down first.</summary>
    DeleteNotWrittenDown,

    /// <summary>What a delete that is written down is about to remove is shown to readers until it is gone.</summary>
    DecidedDeleteShown,

    /// <summary>A delete removes everything, whatever its version.</summary>
    DeleteWithoutBound,

    /// <summary>A collection is written to before it is listed, and never is.</summary>
    CollectionNotListed,

    /// <summary>The clock starts without the floor that the journal kept.</summary>
    ClockFloorIgnored,

    /// <summary>The clock believes the kernel's clock whether or not it is synchronised.</summary>
    LeapUnsynchronised,

    /// <summary>A strong read of a cluster is answered from memory, without a look at the storage.</summary>
    StrongReadNotChecked,
}
