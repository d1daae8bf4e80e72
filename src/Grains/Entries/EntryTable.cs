namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// Entries in ordinal order of their keys' bytes: an array of leaves of at most <see cref="LeafCapacity"/> entries each.
/// One structure serves lookup, listing, paging by offset and snapshots, so there is no second index to pay for.
/// </summary>
/// <remarks>
/// One thread at a time, except that a leaf given out by <see cref="Freeze"/> is never changed again
/// and may be read from anywhere.
/// </remarks>
internal sealed class EntryTable
{
    // An insert moves on average half a leaf: 1 KiB, some 20 ns. A leaf of 256 also keeps the upper level of a full
    // collection (100,000 entries) at some 500 references, which a freeze copies in well under a microsecond.
    internal const int LeafCapacity = 256;

    // Leaves grow by this many places, so the places not in use cost less than a byte or two per entry.
    private const int LeafGrowth = 24;

    // Below this a leaf looks for a neighbour to merge with; merged it must stay well below the capacity,
    // or the next insert would split it again.
    private const int LeafLow = 64;
    private const int MergedHigh = 192;

    private EntryLeaf[] _leaves = [];
    private int _leafCount;

    /// <summary>How many entries.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of keys and values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Finds the entry of a key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out StoredEntry entry)
    {
        if (_leafCount > 0)
        {
            var leaf = _leaves[LeafOf(key)];
            var index = leaf.Find(key);
            if (index >= 0)
            {
                entry = leaf.Items[index];
                return true;
            }
        }

        entry = default;
        return false;
    }

    /// <summary>Adds an entry, or puts it in the place of the one with its key.</summary>
    public void Put(StoredEntry entry)
    {
        if (_leafCount == 0)
        {
            InsertLeaf(0, new EntryLeaf());
        }

        var at = LeafOf(entry.Key);
        var leaf = Writable(at);
        var index = leaf.Find(entry.Key);
        if (index >= 0)
        {
            Bytes += entry.Bytes - leaf.Items[index].Bytes;
            leaf.Replace(index, entry);
            return;
        }

        Count++;
        Bytes += entry.Bytes;
        index = ~index;
        if (leaf.Count < LeafCapacity)
        {
            leaf.Insert(index, entry, Math.Min(LeafGrowth, LeafCapacity - leaf.Count));
        }
        else if (index == leaf.Count && at == _leafCount - 1)
        {
            // Keys that come in ascending order (times, counters) fill their leaves instead of leaving them half empty.
            var next = new EntryLeaf();
            next.Append(entry, LeafGrowth);
            InsertLeaf(at + 1, next);
        }
        else
        {
            const int Half = LeafCapacity / 2;
            var left = leaf.CopyRange(0, Half, LeafGrowth);
            var right = leaf.CopyRange(Half, LeafCapacity - Half, LeafGrowth);
            _leaves[at] = left;
            InsertLeaf(at + 1, right);
            if (index <= Half)
            {
                left.Insert(index, entry, LeafGrowth);
            }
            else
            {
                right.Insert(index - Half, entry, LeafGrowth);
            }
        }
    }

    /// <summary>Takes the entry of a key out.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        if (_leafCount == 0)
        {
            return false;
        }

        var at = LeafOf(key);
        var index = _leaves[at].Find(key);
        if (index < 0)
        {
            return false;
        }

        var leaf = Writable(at);
        Count--;
        Bytes -= leaf.Items[index].Bytes;
        leaf.RemoveAt(index);
        if (leaf.Count == 0)
        {
            RemoveLeaf(at);
        }
        else if (leaf.Count < LeafLow)
        {
            MergeWithNeighbour(at);
        }

        return true;
    }

    /// <summary>Takes out every entry whose version is at most <paramref name="version"/>.</summary>
    /// <remarks>Only leaves that also hold something newer are looked at entry by entry.</remarks>
    public void RemoveThrough(long version)
    {
        var kept = new EntryTable();
        for (var i = 0; i < _leafCount; i++)
        {
            var leaf = _leaves[i];
            for (var j = 0; leaf.MaxVersion > version && j < leaf.Count; j++)
            {
                if (leaf.Items[j].Version > version)
                {
                    kept.Put(leaf.Items[j]);
                }
            }
        }

        _leaves = kept._leaves;
        _leafCount = kept._leafCount;
        Count = kept.Count;
        Bytes = kept.Bytes;
    }

    /// <summary>Bytes of the entries whose version is greater than <paramref name="version"/>.</summary>
    public long BytesAfter(long version)
    {
        var bytes = 0L;
        for (var i = 0; i < _leafCount; i++)
        {
            var leaf = _leaves[i];
            for (var j = 0; leaf.MaxVersion > version && j < leaf.Count; j++)
            {
                bytes += leaf.Items[j].Version > version ? leaf.Items[j].Bytes : 0;
            }
        }

        return bytes;
    }

    /// <summary>How many entries have a key less than <paramref name="key"/>.</summary>
    public int CountBefore(ReadOnlySpan<byte> key)
    {
        if (_leafCount == 0)
        {
            return 0;
        }

        var at = LeafOf(key);
        var count = 0;
        for (var i = 0; i < at; i++)
        {
            count += _leaves[i].Count;
        }

        var index = _leaves[at].Find(key);
        return count + (index < 0 ? ~index : index);
    }

    /// <summary>How many entries have a key that is less than <paramref name="prefix"/> or begins with it.</summary>
    public int CountThrough(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
        {
            return Count;
        }

        // UTF-8 has no byte 0xff, so the last byte can always be raised.
        Span<byte> end = stackalloc byte[prefix.Length];
        prefix.CopyTo(end);
        end[^1]++;
        return CountBefore(end);
    }

    /// <summary>Copies entries in key order, beginning with number <paramref name="start"/>, until the span is full or there are no more.</summary>
    /// <returns>How many were copied.</returns>
    public int CopyTo(int start, Span<StoredEntry> entries)
    {
        var copied = 0;
        for (var i = 0; i < _leafCount && copied < entries.Length; i++)
        {
            var leaf = _leaves[i];
            if (start >= leaf.Count)
            {
                start -= leaf.Count;
                continue;
            }

            var taken = Math.Min(leaf.Count - start, entries.Length - copied);
            leaf.Items.AsSpan(start, taken).CopyTo(entries[copied..]);
            copied += taken;
            start = 0;
        }

        return copied;
    }

    /// <summary>The leaves as they are now; from here on each is copied before it is changed.</summary>
    public EntryLeaf[] Freeze()
    {
        var leaves = _leaves.AsSpan(0, _leafCount).ToArray();
        foreach (var leaf in leaves)
        {
            leaf.Shared = true;
        }

        return leaves;
    }

    /// <summary>A table with the same entries; each copies a leaf before it changes it.</summary>
    public EntryTable Copy() => new() { _leaves = Freeze(), _leafCount = _leafCount, Count = Count, Bytes = Bytes };

    /// <summary>The leaf that holds a key or would take it in: the last one whose first key is not greater.</summary>
    private int LeafOf(ReadOnlySpan<byte> key)
    {
        var low = 1;
        var high = _leafCount - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_leaves[middle].FirstKey.SequenceCompareTo(key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low - 1;
    }

    private EntryLeaf Writable(int at)
    {
        var leaf = _leaves[at];
        return leaf.Shared ? _leaves[at] = leaf.CopyRange(0, leaf.Count, Math.Min(LeafGrowth, LeafCapacity - leaf.Count)) : leaf;
    }

    private void MergeWithNeighbour(int at)
    {
        var left = at > 0 && _leaves[at - 1].Count + _leaves[at].Count <= MergedHigh ? at - 1 : at;
        if (left + 1 >= _leafCount || _leaves[left].Count + _leaves[left + 1].Count > MergedHigh)
        {
            return;
        }

        var target = Writable(left);
        var source = _leaves[left + 1];
        for (var i = 0; i < source.Count; i++)
        {
            target.Append(source.Items[i], source.Count - i);
        }

        RemoveLeaf(left + 1);
    }

    private void InsertLeaf(int at, EntryLeaf leaf)
    {
        if (_leafCount == _leaves.Length)
        {
            Array.Resize(ref _leaves, Math.Max(4, _leafCount + (_leafCount / 2)));
        }

        _leaves.AsSpan(at, _leafCount - at).CopyTo(_leaves.AsSpan(at + 1));
        _leaves[at] = leaf;
        _leafCount++;
    }

    private void RemoveLeaf(int at)
    {
        _leaves.AsSpan(at + 1, _leafCount - at - 1).CopyTo(_leaves.AsSpan(at));
        _leaves[--_leafCount] = null!;
    }
}
