namespace EdgeOrleans.Journal;

/// <summary>Where a record lies, in 64 bits: segment (16, the low bits of its number), offset and size (24 each, in units of eight bytes).</summary>
internal readonly struct RecordPlace
{
    private const int UnitBits = 24;
    private const int UnitMask = (1 << UnitBits) - 1;

    private readonly ulong _packed;

    public RecordPlace(long segmentNumber, int offset, int size) =>
        _packed = ((ulong)(ushort)segmentNumber << (2 * UnitBits))
            | ((ulong)(offset / RecordFrame.Alignment) << UnitBits)
            | (uint)(size / RecordFrame.Alignment);

    public ushort SegmentId => (ushort)(_packed >> (2 * UnitBits));

    public int Offset => (int)((_packed >> UnitBits) & UnitMask) * RecordFrame.Alignment;

    public int Size => (int)(_packed & UnitMask) * RecordFrame.Alignment;
}

/// <summary>A record that the primary target does not have yet: 16 bytes.</summary>
/// <param name="Sequence">The owner's sequence.</param>
/// <param name="Place">Where it lies.</param>
internal readonly record struct LiveRecord(long Sequence, RecordPlace Place);

/// <summary>One owner's live records in the order of their sequences: a ring-less queue that is trimmed at the front.</summary>
internal sealed class LiveRecords
{
    private LiveRecord[] _items = [];
    private int _first;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ReadOnlySpan<LiveRecord> Items => _items.AsSpan(_first, _count);

    /// <summary>
    /// Adds a record, nearly always behind the last. A sequence that is there already moves to the new place and the
    /// old one is handed out: that is how a copy takes over from its original.
    /// </summary>
    public bool Add(LiveRecord record, out RecordPlace replaced)
    {
        replaced = default;
        var items = Items;
        if (items.Length == 0 || items[^1].Sequence < record.Sequence)
        {
            Insert(_count, record);
            return false;
        }

        var index = IndexFrom(record.Sequence);
        if (items[index].Sequence == record.Sequence)
        {
            replaced = items[index].Place;
            _items[_first + index] = record;
            return true;
        }

        Insert(index, record);
        return false;
    }

    /// <summary>The index of the first record whose sequence is at least this; <see cref="Count"/> when there is none.</summary>
    public int IndexFrom(long sequence)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_items[_first + middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Whether a record is still there, and where.</summary>
    public bool TryFind(long sequence, out RecordPlace place)
    {
        var index = IndexFrom(sequence);
        var found = index < _count && _items[_first + index].Sequence == sequence;
        place = found ? _items[_first + index].Place : default;
        return found;
    }

    /// <summary>Removes one record, if it is there.</summary>
    public void Remove(long sequence)
    {
        var index = IndexFrom(sequence);
        if (index < _count && _items[_first + index].Sequence == sequence)
        {
            Items[(index + 1)..].CopyTo(_items.AsSpan(_first + index));
            Volatile.Write(ref _count, _count - 1);
        }
    }

    /// <summary>Removes the first records.</summary>
    public void RemoveFirst(int count)
    {
        _first += count;
        Volatile.Write(ref _count, _count - count);
        if (_count == 0)
        {
            _items = [];
            _first = 0;
        }
        else if (_items.Length > 64 && _count < _items.Length / 4)
        {
            // A long backlog that was saved gives its memory back.
            _items = Items.ToArray();
            _first = 0;
        }
    }

    private void Insert(int index, LiveRecord record)
    {
        if (_first + _count == _items.Length)
        {
            var target = _count < _items.Length / 2 ? _items : new LiveRecord[Math.Max(4, _items.Length * 2)];
            Items.CopyTo(target);
            _items = target;
            _first = 0;
        }

        var rest = _items.AsSpan(_first + index, _count - index);
        rest.CopyTo(_items.AsSpan(_first + index + 1));
        _items[_first + index] = record;
        Volatile.Write(ref _count, _count + 1);
    }
}
