namespace EdgeOrleans.Grains.Entries;

/// <summary>A run of entries in key order: the lower level of a table of entries.</summary>
internal sealed class EntryLeaf
{
    /// <summary>Entries in ordinal order of their keys' bytes; only the first <see cref="Count"/> are in use.</summary>
    public StoredEntry[] Items { get; set; } = [];

    /// <summary>How many of <see cref="Items"/> are in use.</summary>
    public int Count { get; set; }

    /// <summary>No entry here has a greater sequence; lets a delta skip the whole leaf. May stay higher than any entry after a removal.</summary>
    public long MaxSequence { get; set; }

    /// <summary>A snapshot holds this leaf, so it must be copied before it is changed.</summary>
    public bool Shared { get; set; }
}
