namespace EdgeOrleans.Grains.Entries;

/// <summary>A run of entries in key order: the lower level of an <see cref="EntryTable"/>.</summary>
internal sealed class EntryLeaf
{
    /// <summary>Entries in ordinal order of their keys' bytes; only the first <see cref="Count"/> are in use.</summary>
    public StoredEntry[] Items { get; set; } = [];

    /// <summary>How many of <see cref="Items"/> are in use.</summary>
    public int Count { get; set; }

    /// <summary>Bytes of keys and values here, so that a whole leaf can go without being looked at.</summary>
    public long Bytes { get; set; }

    /// <summary>No entry here has a greater sequence; lets a delta skip the whole leaf. May stay higher than any entry after a removal.</summary>
    public long MaxSequence { get; set; }

    /// <summary>No entry here has a greater version; lets a clear drop the whole leaf. May stay higher than any entry after a removal.</summary>
    public long MaxVersion { get; set; }

    /// <summary>A snapshot holds this leaf, so it must be copied before it is changed.</summary>
    public bool Shared { get; set; }

    /// <summary>The first key, by which the upper level is ordered.</summary>
    public ReadOnlySpan<byte> FirstKey => Items[0].Key;

    /// <summary>Where a key is, or the complement of where it would go.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var low = 0;
        var high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Items[middle].Key.SequenceCompareTo(key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    /// <summary>Adds an entry behind the last one, without a look at its key.</summary>
    public void Append(StoredEntry entry, int growth)
    {
        if (Count == Items.Length)
        {
            Resize(Count + growth);
        }

        Items[Count++] = entry;
        Account(entry);
    }

    /// <summary>Puts an entry before the one at <paramref name="index"/>.</summary>
    public void Insert(int index, StoredEntry entry, int growth)
    {
        if (Count == Items.Length)
        {
            Resize(Count + growth);
        }

        Items.AsSpan(index, Count - index).CopyTo(Items.AsSpan(index + 1));
        Items[index] = entry;
        Count++;
        Account(entry);
    }

    /// <summary>Puts an entry in the place of one with the same key.</summary>
    public void Replace(int index, StoredEntry entry)
    {
        Bytes -= Items[index].Bytes;
        Items[index] = entry;
        Account(entry);
    }

    /// <summary>Takes an entry out.</summary>
    public void RemoveAt(int index)
    {
        Bytes -= Items[index].Bytes;
        Items.AsSpan(index + 1, Count - index - 1).CopyTo(Items.AsSpan(index));
        Items[--Count] = default;
    }

    /// <summary>A leaf of its own with the entries from <paramref name="start"/> on, and room for more.</summary>
    public EntryLeaf CopyRange(int start, int count, int room)
    {
        var copy = new EntryLeaf { Items = new StoredEntry[count + room] };
        for (var i = start; i < start + count; i++)
        {
            copy.Append(Items[i], room);
        }

        return copy;
    }

    private void Resize(int size)
    {
        var items = new StoredEntry[size];
        Items.AsSpan(0, Count).CopyTo(items);
        Items = items;
    }

    private void Account(StoredEntry entry)
    {
        Bytes += entry.Bytes;
        MaxSequence = Math.Max(MaxSequence, entry.Sequence);
        MaxVersion = Math.Max(MaxVersion, entry.Version);
    }
}
