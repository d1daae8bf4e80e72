namespace EdgeOrleans.Journal;

/// <summary>
/// A copy of the newest frames, for a new segment. The kernel may have the newest in memory alone, left there by a process
/// that was killed before its flush: it is made durable before anybody can read it. When its segment holds little, all of
/// it is carried, so that a device that restarts often does not fill its journal with segments that are nearly empty.
/// </summary>
internal sealed class CarriedFrames
{
    // What is written once more at a start, at most a quarter of a segment.
    private const int MostBytes = 256 * 1024;

    private readonly FoundSegment _segment;
    private readonly int _offset;
    private readonly int _endOfFrames;
    private readonly byte[] _bytes;

    private CarriedFrames(FoundSegment segment, IReadOnlyList<ScannedStretch> frames, int endOfFrames, ReadOnlySpan<byte> segmentBytes)
    {
        _segment = segment;
        _endOfFrames = endOfFrames;
        _offset = frames[0].Offset;
        First = frames[0].Frame.Number;
        Last = frames[^1].Frame.Number;
        _bytes = new byte[frames.Sum(frame => frame.Frame.PaddedLength)];
        segmentBytes[_offset..frames[^1].End].CopyTo(_bytes);
    }

    /// <summary>The number of the first carried frame.</summary>
    public long First { get; }

    /// <summary>The number of the last carried frame, the newest of all.</summary>
    public long Last { get; }

    /// <summary>Chooses what to carry from a segment whose whole frames are these: all of them or the newest.</summary>
    public static CarriedFrames Choose(
        FoundSegment segment, IReadOnlyList<ScannedStretch> whole, int endOfFrames, ReadOnlySpan<byte> segmentBytes)
    {
        var isUnbroken = whole[0].Offset == JournalFormat.BlockBytes
            && whole[0].Frame.Number == segment.Header.LastFrameBefore + 1
            && whole[^1].Frame.Number == segment.Header.LastFrameBefore + whole.Count;
        var isLittle = whole[^1].End <= Math.Min(MostBytes, segment.Length / 4);
        return new CarriedFrames(segment, isUnbroken && isLittle ? whole : [whole[^1]], endOfFrames, segmentBytes);
    }

    /// <summary>Seals them for another segment; numbers, records and clocks stay.</summary>
    public ReadOnlySpan<byte> SealFor(ulong generation)
    {
        foreach (var (frameOffset, header) in Frames())
        {
            var seed = Crc32C.Seed(generation, header.Number);
            foreach (var offset in RecordOffsets(frameOffset, header))
            {
                RecordFrame.Seal(_bytes.AsSpan(offset), seed);
            }

            var body = Crc32C.Compute(_bytes.AsSpan((frameOffset + FrameHeader.Bytes)..(frameOffset + header.Length)));
            (header with { Generation = generation, BodyChecksum = body }).Write(_bytes.AsSpan(frameOffset));
        }

        return _bytes;
    }

    /// <summary>
    /// Writes the same bytes once more behind all frames of their segment, where nothing counts, and flushes them: for a
    /// file system that has no room for a segment. Only in a full segment they are written to where they are.
    /// </summary>
    public void WriteAgain()
    {
        var fits = _endOfFrames + _bytes.Length <= _segment.Length;
        _segment.File.Write(_bytes, fits ? _endOfFrames : _offset);
        _segment.File.FlushData();
    }

    /// <summary>All records: where they begin among the carried bytes, and the clock of their frame.</summary>
    public IEnumerable<(int Offset, long ClockMicros)> Records()
    {
        foreach (var (frameOffset, header) in Frames())
        {
            foreach (var offset in RecordOffsets(frameOffset, header))
            {
                yield return (offset, header.ClockMicros);
            }
        }
    }

    /// <summary>A record from its beginning.</summary>
    public ReadOnlySpan<byte> From(int offset) => _bytes.AsSpan(offset);

    private IEnumerable<(int Offset, FrameHeader Header)> Frames()
    {
        var offset = 0;
        while (offset < _bytes.Length && FrameHeader.TryRead(_bytes.AsSpan(offset), out var header))
        {
            yield return (offset, header);
            offset += header.PaddedLength;
        }
    }

    private IEnumerable<int> RecordOffsets(int frameOffset, FrameHeader header)
    {
        var offset = frameOffset + FrameHeader.Bytes;
        while (offset < frameOffset + header.Length && RecordFrame.TryReadHead(_bytes.AsSpan(offset), out var head))
        {
            yield return offset;
            offset += head.Size;
        }
    }
}
