using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Collections;

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
}
