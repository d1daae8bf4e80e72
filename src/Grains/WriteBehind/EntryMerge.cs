using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Puts a snapshot and the changes since it together: the newest sequence of each key wins.</summary>
internal sealed class EntryMerge
{
    private readonly List<StoredEntry> _base;
    private readonly List<StoredEntry> _changes;
    private readonly List<StoredEntry> _entries;
    private readonly List<StoredEntry> _tombstones = [];

    /// <param name="snapshot">Entries and tombstones of the snapshot, as its chunks hold them.</param>
    /// <param name="changes">Entries and tombstones of the deltas, in any order.</param>
    public EntryMerge(IReadOnlyCollection<StoredEntry> snapshot, IReadOnlyCollection<StoredEntry> changes)
    {
        _base = new List<StoredEntry>(snapshot.Count);
        _changes = new List<StoredEntry>(changes);
        foreach (var entry in snapshot)
        {
            (entry.IsTombstone ? _changes : _base).Add(entry);
        }

        _entries = new List<StoredEntry>(_base.Count + changes.Count);
    }

    /// <summary>The entries in key order.</summary>
    public IReadOnlyList<StoredEntry> Entries => _entries;

    /// <summary>The tombstones above the floor, in order of sequence.</summary>
    public IReadOnlyList<StoredEntry> Tombstones => _tombstones;

    /// <summary>Bytes of keys and values.</summary>
    public long Bytes { get; private set; }

    public void Run(long tombstoneFloor)
    {
        // Snapshots are written in key order, so this sort is a single pass that finds nothing to do.
        if (!IsInKeyOrder(_base))
        {
            _base.Sort(ByKeyNewestFirst);
        }

        _changes.Sort(ByKeyNewestFirst);
        int b = 0, c = 0;
        while (b < _base.Count || c < _changes.Count)
        {
            var order = b == _base.Count ? 1 : c == _changes.Count ? -1 : _base[b].Key.SequenceCompareTo(_changes[c].Key);
            var newest = order <= 0 ? _base[b] : _changes[c];
            if (order == 0 && _changes[c].Sequence > newest.Sequence)
            {
                newest = _changes[c];
            }

            b = SkipKey(_base, b, newest);
            c = SkipKey(_changes, c, newest);
            Keep(newest, tombstoneFloor);
        }

        _tombstones.Sort(static (x, y) => x.Sequence.CompareTo(y.Sequence));
    }

    private void Keep(in StoredEntry newest, long tombstoneFloor)
    {
        if (!newest.IsTombstone)
        {
            _entries.Add(newest);
            Bytes += newest.Bytes;
        }
        else if (newest.Sequence > tombstoneFloor)
        {
            _tombstones.Add(newest);
        }
    }

    private static int SkipKey(List<StoredEntry> sorted, int index, in StoredEntry key)
    {
        while (index < sorted.Count && sorted[index].Key.SequenceEqual(key.Key))
        {
            index++;
        }

        return index;
    }

    private static bool IsInKeyOrder(List<StoredEntry> entries)
    {
        for (var i = 1; i < entries.Count; i++)
        {
            if (entries[i - 1].Key.SequenceCompareTo(entries[i].Key) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int ByKeyNewestFirst(StoredEntry x, StoredEntry y)
    {
        var order = x.Key.SequenceCompareTo(y.Key);
        return order != 0 ? order : y.Sequence.CompareTo(x.Sequence);
    }
}
