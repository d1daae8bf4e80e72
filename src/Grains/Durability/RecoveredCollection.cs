using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Durability;

/// <summary>What storage and journal together know of a collection when it is activated.</summary>
internal sealed class RecoveredCollection
{
    /// <summary>The rows at the primary target; <see langword="null"/> when they were not read because there are none.</summary>
    public required CollectionOutline? Outline { get; init; }

    /// <summary>Whether the journal holds changes that the primary target lacks.</summary>
    public required bool HasTail { get; init; }

    /// <summary>The greatest sequence that was ever given.</summary>
    public required long Sequence { get; init; }

    /// <summary>The sequence of the newest change that is durable; what was given beyond it came to nothing, or is not known to have come to something.</summary>
    public required long SettledSequence { get; init; }

    /// <summary>The newest version that was ever given.</summary>
    public required long LastVersion { get; init; }

    /// <summary>The entries; <see langword="null"/> when they were not asked for and there are some.</summary>
    public required CollectionEntries? Entries { get; init; }

    /// <summary>The entries that the rows hold; <see langword="null"/> when they were not read and there are some.</summary>
    /// <param name="outline">The rows; <see langword="null"/> when there are none.</param>
    /// <param name="loaded">What was read of them.</param>
    /// <param name="firstSequence">Where sequences begin when there are no rows.</param>
    public static CollectionEntries? SavedEntries(CollectionOutline? outline, LoadedCollection? loaded, long firstSequence)
    {
        if (loaded is null && outline is { Count: > 0 })
        {
            return null;
        }

        var entries = new CollectionEntries();
        if (loaded is not null)
        {
            foreach (var entry in loaded.Entries)
            {
                entries.Restore(entry);
            }

            entries.Restored(loaded.Outline.Sequence, loaded.Outline.LastVersion, loaded.Tombstones, loaded.Outline.TombstoneFloor);
            return entries;
        }

        // Nothing to load but tombstones. Without them a target that is behind takes a snapshot, which is small.
        var sequence = outline?.Sequence ?? firstSequence;
        entries.Restored(sequence, outline?.LastVersion ?? 0, [], sequence);
        return entries;
    }
}
