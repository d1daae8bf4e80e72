namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// The traces of deleted keys in order of sequence, at most so many. What falls out raises the floor:
/// a target that has less than the floor gets a full snapshot instead.
/// </summary>
internal sealed class Tombstones(int limit)
{
    private readonly Queue<StoredEntry> _queue = new();

    /// <summary>A target that has less than this sequence may lack tombstones that are gone.</summary>
    public long Floor { get; private set; }

    /// <summary>How many are kept.</summary>
    public int Count => _queue.Count;

    /// <summary>Adds one with a greater sequence than all here.</summary>
    public void Add(StoredEntry tombstone)
    {
        if (_queue.Count == limit)
        {
            Floor = Math.Max(Floor, _queue.Dequeue().Sequence);
        }

        _queue.Enqueue(tombstone);
    }

    /// <summary>Forgets those up to a sequence, for good.</summary>
    public void RaiseFloor(long sequence)
    {
        Floor = Math.Max(Floor, sequence);
        while (_queue.TryPeek(out var oldest) && oldest.Sequence <= sequence)
        {
            _queue.Dequeue();
        }
    }

    /// <summary>Those that are kept, in order of sequence.</summary>
    public StoredEntry[] ToArray() => _queue.ToArray();
}
