namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What a row of a collection is.</summary>
internal enum StateKind
{
    /// <summary>Names the current snapshot.</summary>
    Head,

    /// <summary>A slot with what changed since the save before it.</summary>
    Delta,

    /// <summary>A slot claimed for a snapshot, finished or not; changes nothing.</summary>
    Seal,

    /// <summary>A part of a snapshot.</summary>
    Chunk,
}

/// <summary>Everything in a row but its entries.</summary>
internal sealed record StateHeader
{
    /// <summary>What the row is.</summary>
    public required StateKind Kind { get; init; }

    /// <summary>The activation that wrote the row.</summary>
    public required string Writer { get; init; }

    /// <summary>The save that the row belongs to; for a head and its chunks the save whose seal announced them.</summary>
    public required long Save { get; init; }

    /// <summary>The snapshot that the row belongs to or builds on; 0 before the first.</summary>
    public required long Generation { get; init; }

    /// <summary>Everything up to this sequence is in the rows up to and with this one.</summary>
    public required long Sequence { get; init; }

    /// <summary>A delta holds what is newer than this; the rows before it hold the rest.</summary>
    public long Since { get; init; }

    /// <summary>The newest version ever given in the collection.</summary>
    public long LastVersion { get; init; }

    /// <summary>Tombstones up to this sequence may be gone.</summary>
    public long TombstoneFloor { get; init; }

    /// <summary>Keys in the collection at <see cref="Sequence"/>.</summary>
    public int Count { get; init; }

    /// <summary>Bytes of keys and values at <see cref="Sequence"/>.</summary>
    public long Bytes { get; init; }

    /// <summary>Which chunk of the snapshot this is, from 0.</summary>
    public int Chunk { get; init; }

    /// <summary>How many chunks the snapshot has; in its head, and in the seal that announces it.</summary>
    public int Chunks { get; init; }

    /// <summary>How many chunks of the snapshot before may still be there; in the head alone.</summary>
    public int StaleChunks { get; init; }

    /// <summary>Bytes of all chunks together; in the head alone.</summary>
    public long ChunkBytes { get; init; }
}
