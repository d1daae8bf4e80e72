namespace EdgeOrleans.Journal;

/// <summary>Reads records back from segments, a window at a time: neighbours cost no call each.</summary>
internal sealed class TailReader
{
    private const int LargestWindowBytes = 128 * 1024;
    private const int SmallestWindowBytes = 1024;

    // Doubles while most of a window is the owner's own, halves when others' records lie between: with a hundred busy
    // owners a large window would be read a hundred times.
    private int _targetBytes = 8 * 1024;
    private int _usedBytes;
    private byte[] _window = [];
    private SegmentFile? _segment;
    private int _windowOffset;
    private int _windowLength;

    /// <summary>Reads the record of an owner. False when the disk does not give back what was written.</summary>
    public bool TryRead(SegmentFile segment, LiveRecord record, JournalOwner owner, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!TryLoad(segment, record.Place.Offset, record.Place.Size))
        {
            return false;
        }

        // The seed is not known here, and not needed: owner, sequence and payload are compared with what was appended.
        var start = record.Place.Offset - _windowOffset;
        var bytes = _window.AsSpan(start, record.Place.Size);
        if (!RecordFrame.TryReadHead(bytes, out var head)
            || head.Kind != RecordKind.Data
            || head.Sequence != record.Sequence
            || head.Size != record.Place.Size
            || !head.Owner(bytes).SequenceEqual(owner.Utf8)
            || !head.IsPayloadSound(bytes))
        {
            return false;
        }

        payload = _window.AsMemory(start + RecordFrame.HeadBytes + head.OwnerBytes, head.PayloadBytes);
        return true;
    }

    private bool TryLoad(SegmentFile segment, int offset, int size)
    {
        if (segment == _segment && offset >= _windowOffset && offset + size <= _windowOffset + _windowLength)
        {
            _usedBytes += size;
            return true;
        }

        _targetBytes = _usedBytes >= _windowLength / 4
            ? Math.Min(2 * _targetBytes, LargestWindowBytes)
            : Math.Max(_targetBytes / 2, SmallestWindowBytes);
        _usedBytes = size;

        // A new array each time: slices of the old one are in the caller's hands.
        var length = Math.Min(Math.Max(size, _targetBytes), segment.Length - offset);
        _window = GC.AllocateUninitializedArray<byte>(length);
        _segment = segment;
        _windowOffset = offset;
        try
        {
            _windowLength = segment.File.Read(_window, offset);
        }
        catch (IOException)
        {
            _windowLength = 0;
            if (length > size)
            {
                // One bad sector in the window must not cost its neighbours.
                return TryLoadAlone(segment, offset, size);
            }
        }

        return size <= _windowLength;
    }

    private bool TryLoadAlone(SegmentFile segment, int offset, int size)
    {
        try
        {
            _windowLength = segment.File.Read(_window.AsSpan(0, size), offset);
        }
        catch (IOException)
        {
            _windowLength = 0;
        }

        return size <= _windowLength;
    }
}
