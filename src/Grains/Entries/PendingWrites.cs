namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// Writes that are not durable yet, in the order in which they were made, and the newest of each key.
/// A ring of structs: a write that comes and becomes durable allocates nothing here.
/// </summary>
internal sealed class PendingWrites
{
    /// <summary>The position of a write that has not been given to the journal.</summary>
    public const long Staged = long.MaxValue;

    private const long NoTicket = -1;

    private readonly Dictionary<StoredEntry, long> _newest = new(StoredEntryKeys.Instance);
    private PendingWrite[] _ring = new PendingWrite[4];

    // Tickets number the writes for ever; a ticket's place in the ring is its low bits.
    private long _head;
    private long _tail;
    private int _clears;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _head == _tail;

    /// <summary>How many.</summary>
    public int Count => (int)(_tail - _head);

    /// <summary>The greatest bound of the clears among them; 0 when there is none.</summary>
    public long ClearBound { get; private set; }

    /// <summary>The oldest write.</summary>
    public ref readonly PendingWrite First => ref At(_head);

    /// <summary>The write that is <paramref name="distance"/> from the end; 1 is the newest.</summary>
    public ref readonly PendingWrite FromLast(int distance) => ref At(_tail - distance);

    /// <summary>The newest writes of all keys; an entry or a tombstone each.</summary>
    public IEnumerable<StoredEntry> NewestOfEachKey()
    {
        foreach (var ticket in _newest.Values)
        {
            yield return At(ticket).Entry;
        }
    }

    /// <summary>The writes up to a position, in the order in which they were made.</summary>
    public IEnumerable<StoredEntry> Through(long position)
    {
        for (var ticket = _head; ticket < _tail && At(ticket).Position <= position; ticket++)
        {
            yield return At(ticket).Entry;
        }
    }

    /// <summary>The newest write to a key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out StoredEntry entry, out long position)
    {
        if (_newest.Count > 0 && _newest.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var ticket))
        {
            ref readonly var write = ref At(ticket);
            entry = write.Entry;
            position = write.Position;
            return true;
        }

        entry = default;
        position = 0;
        return false;
    }

    /// <summary>Adds a write as the newest; one without a key is a clear whose bound is its version.</summary>
    public void Push(StoredEntry entry, long bytesDelta)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        long before;
        if (entry.Key.IsEmpty)
        {
            before = ClearBound;
            ClearBound = Math.Max(ClearBound, entry.Version);
            _clears++;
        }
        else
        {
            before = _newest.TryGetValue(entry, out var ticket) ? ticket : NoTicket;
            _newest[entry] = _tail;
        }

        At(_tail++) = new PendingWrite { Entry = entry, Position = Staged, BytesDelta = bytesDelta, Before = before };
    }

    /// <summary>Gives the writes that were pushed since the last call, the newest <paramref name="count"/>, their position.</summary>
    public void Place(int count, long position)
    {
        for (var ticket = _tail - count; ticket < _tail; ticket++)
        {
            At(ticket).Position = position;
        }
    }

    /// <summary>Takes the newest write back as if it had never been.</summary>
    public PendingWrite PopLast()
    {
        var write = At(--_tail);
        At(_tail) = default;
        if (write.Entry.Key.IsEmpty)
        {
            ClearBound = write.Before;
            _clears--;
        }
        else if (write.Before >= _head)
        {
            _newest[write.Entry] = write.Before;
        }
        else
        {
            _newest.Remove(write.Entry);
        }

        return write;
    }

    /// <summary>Takes the oldest write out: it is durable.</summary>
    public PendingWrite PopFirst()
    {
        var write = At(_head);
        At(_head) = default;
        if (write.Entry.Key.IsEmpty)
        {
            // With another clear behind, its greater bound may stay: what it covers goes all the same.
            ClearBound = --_clears == 0 ? 0 : ClearBound;
        }
        else if (_newest.TryGetValue(write.Entry, out var ticket) && ticket == _head)
        {
            _newest.Remove(write.Entry);
        }

        _head++;
        return write;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_ring);
        _newest.Clear();
        _head = _tail;
        _clears = 0;
        ClearBound = 0;
    }

    private ref PendingWrite At(long ticket) => ref _ring[ticket & (_ring.Length - 1)];

    private void Grow()
    {
        var ring = new PendingWrite[_ring.Length * 2];
        for (var ticket = _head; ticket < _tail; ticket++)
        {
            ring[ticket & (ring.Length - 1)] = At(ticket);
        }

        _ring = ring;
    }
}

/// <summary>One write that is not durable yet.</summary>
internal struct PendingWrite
{
    /// <summary>The entry, the tombstone, or the clear (a tombstone without a key).</summary>
    public StoredEntry Entry;

    /// <summary>The commit group it is in.</summary>
    public long Position;

    /// <summary>What it adds to the bytes of the newest state.</summary>
    public long BytesDelta;

    /// <summary>To take it back: the ticket of the key's write before it, or for a clear the bound before it.</summary>
    public long Before;
}
