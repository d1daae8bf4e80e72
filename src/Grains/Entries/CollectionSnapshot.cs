namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// The durable state of a collection at one moment. Immutable and cheap to take (leaves are shared, copied only when written to),
/// so the write-behind reads it off the grain's scheduler while writes go on.
/// </summary>
public sealed class CollectionSnapshot
{
    private readonly EntryLeaf[] _leaves;
    private readonly StoredEntry[] _tombstones;

    internal CollectionSnapshot(EntryLeaf[] leaves, StoredEntry[] tombstones)
    {
        _leaves = leaves;
        _tombstones = tombstones;
    }

    /// <summary>The sequence of the newest change in this state.</summary>
    public required long Sequence { get; init; }

    /// <summary>The newest version ever given in the collection, deletes and clears included.</summary>
    public required long LastVersion { get; init; }

    /// <summary>How many keys.</summary>
    public required int Count { get; init; }

    /// <summary>Bytes of keys and values.</summary>
    public required long Bytes { get; init; }

    /// <summary>A target that has less than this sequence may lack tombstones that are gone, so it needs a full snapshot.</summary>
    public required long TombstoneFloor { get; init; }

    /// <summary>All of these.</summary>
    internal CollectionTotals Totals => new(Sequence, LastVersion, Count, Bytes, TombstoneFloor);

    /// <summary>The tombstones, in order of sequence.</summary>
    public IReadOnlyList<StoredEntry> Tombstones => _tombstones;

    /// <summary>All entries, in key order.</summary>
    public IEnumerable<StoredEntry> Entries() => EntriesSince(0);

    /// <summary>
    /// What a target that has everything through <paramref name="sequence"/> lacks: entries in key order, then tombstones in order of sequence.
    /// Complete only when <paramref name="sequence"/> is at least <see cref="TombstoneFloor"/>. A key deleted and set again shows as both;
    /// the greater sequence wins.
    /// </summary>
    public IEnumerable<StoredEntry> ChangesSince(long sequence)
    {
        foreach (var entry in EntriesSince(sequence))
        {
            yield return entry;
        }

        foreach (var tombstone in _tombstones)
        {
            if (tombstone.Sequence > sequence)
            {
                yield return tombstone;
            }
        }
    }

    private IEnumerable<StoredEntry> EntriesSince(long sequence)
    {
        foreach (var leaf in _leaves)
        {
            if (leaf.MaxSequence <= sequence)
            {
                continue;
            }

            for (var i = 0; i < leaf.Count; i++)
            {
                if (leaf.Items[i].Sequence > sequence)
                {
                    yield return leaf.Items[i];
                }
            }
        }
    }
}
