using System.Diagnostics;
using System.Text;

namespace EdgeOrleans.Journal;

/// <summary>Builds the journal's state from what the disk holds at start.</summary>
internal sealed class JournalRecovery(IDisk disk, SegmentPool pool, OwnerTable owners)
{
    private readonly List<(JournalOwner Owner, long Sequence, long Segment)> _marks = [];
    private (int Offset, FrameHeader Header, SegmentFile Segment)? _newest;

    public RecoveryReport Report { get; } = new();

    public long LastFrame { get; private set; }

    public void Run()
    {
        var started = Stopwatch.GetTimestamp();
        var names = disk.List().Where(name => SegmentFile.TryParseName(name, out _)).Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            var file = disk.Open(name);
            var bytes = new byte[file.Length];
            file.Read(bytes, 0);
            if (!SegmentHeader.TryRead(bytes, out var header))
            {
                throw new InvalidDataException(name);
            }

            var segment = new SegmentFile(name, file, header, bytes.Length);
            pool.AddRecovered(segment);
            Report.Segments++;
            Report.ClockFloorMicros = Math.Max(Report.ClockFloorMicros, header.ClockMicros);
            LastFrame = Math.Max(LastFrame, header.LastFrameBefore);
            Read(segment, bytes);
        }

        foreach (var name in disk.List().Where(SegmentPool.IsSpareName))
        {
            pool.AddRecoveredSpare(name);
        }

        foreach (var (owner, sequence, segment) in _marks)
        {
            owner.Trimmed(sequence);
            owner.Mark.BecameDurable(sequence, segment, owner.TrimmedSequence);
        }

        foreach (var owner in owners.Kept)
        {
            var saved = owner.Live.IndexFrom(owner.TrimmedSequence + 1);
            foreach (var record in owner.Live.Items[..saved])
            {
                pool.MakeDead(record);
            }

            owner.Live.RemoveFirst(saved);
            Report.LiveRecords += owner.Live.Count;
        }

        Report.IsFresh = _newest is null;
        Report.ReadTime = Stopwatch.GetElapsedTime(started);
        Rewrite();
    }

    private void Read(SegmentFile segment, ReadOnlySpan<byte> bytes)
    {
        var offset = JournalFormat.BlockBytes;
        while (offset < bytes.Length
            && FrameHeader.TryRead(bytes[offset..], out var frame)
            && frame.Generation == segment.Header.Generation
            && frame.Length <= bytes.Length - offset
            && Crc32C.Compute(bytes.Slice(offset + FrameHeader.Bytes, frame.Length - FrameHeader.Bytes)) == frame.BodyChecksum)
        {
            ReadRecords(segment, bytes, offset, frame);
            _newest = (offset, frame, segment);
            LastFrame = frame.Number;
            Report.Frames++;
            Report.ClockFloorMicros = Math.Max(Report.ClockFloorMicros, frame.ClockMicros);
            offset += frame.PaddedLength;
        }
    }

    private void ReadRecords(SegmentFile segment, ReadOnlySpan<byte> bytes, int frameOffset, FrameHeader frame)
    {
        var offset = frameOffset + FrameHeader.Bytes;
        var end = frameOffset + frame.Length;
        while (offset < end && RecordFrame.TryReadHead(bytes[offset..end], out var head))
        {
            var owner = owners.OwnerOf(Encoding.UTF8.GetString(head.Owner(bytes[offset..])));
            owners.Keep(owner);
            owner.Recovered(head.Sequence);
            if (head.Kind == RecordKind.TrimMark)
            {
                _marks.Add((owner, head.Sequence, segment.Number));
            }
            else
            {
                pool.MakeLive(owner, new LiveRecord(head.Sequence, new RecordPlace(segment.Number, offset, head.Size)), frame.ClockMicros);
            }

            offset += head.Size;
        }
    }

    private void Rewrite()
    {
        if (_newest is not { } newest)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var bytes = new byte[newest.Header.PaddedLength];
        newest.Segment.File.Read(bytes, newest.Offset);
        pool.TryBeginSegment(
            newest.Header.Number - 1,
            Report.ClockFloorMicros,
            generation =>
            {
                var seed = Crc32C.Seed(generation, newest.Header.Number);
                var offset = FrameHeader.Bytes;
                while (offset < newest.Header.Length && RecordFrame.TryReadHead(bytes.AsSpan(offset), out var head))
                {
                    RecordFrame.Seal(bytes.AsSpan(offset), seed);
                    offset += head.Size;
                }

                (newest.Header with
                {
                    Generation = generation,
                    BodyChecksum = Crc32C.Compute(bytes.AsSpan(FrameHeader.Bytes..newest.Header.Length)),
                }).Write(bytes);
                return bytes;
            });
        Report.RewriteTime = Stopwatch.GetElapsedTime(started);
    }
}
