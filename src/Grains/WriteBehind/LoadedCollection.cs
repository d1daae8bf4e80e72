using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What is known of a saved collection without reading its snapshot.</summary>
public sealed class CollectionOutline
{
    /// <summary>The target's rows, for the saves that follow.</summary>
    public required TargetState State { get; init; }

    /// <summary>Everything up to this sequence is saved; 0 when nothing is.</summary>
    public required long Sequence { get; init; }

    /// <summary>The newest version ever given in the saved collection; 0 when nothing is saved.</summary>
    public required long LastVersion { get; init; }

    /// <summary>How many keys.</summary>
    public required int Count { get; init; }

    /// <summary>Bytes of keys and values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Tombstones up to this sequence may be gone.</summary>
    public required long TombstoneFloor { get; init; }
}

/// <summary>A saved collection, whole.</summary>
public sealed class LoadedCollection
{
    /// <summary>Totals, sequence and the rows.</summary>
    public required CollectionOutline Outline { get; init; }

    /// <summary>The entries, in ordinal order of their keys' bytes.</summary>
    public required IReadOnlyList<StoredEntry> Entries { get; init; }

    /// <summary>The tombstones above the floor of keys that are not there, in order of sequence.</summary>
    public required IReadOnlyList<StoredEntry> Tombstones { get; init; }
}
