using System.Diagnostics;

namespace EdgeOrleans.Journal;

/// <summary>A record in a <see cref="GroupBuffer"/>, so that the commit need not look its owner up again.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Offset">Where it begins in the buffer.</param>
internal readonly record struct BufferedRecord(JournalOwner Owner, int Offset);

/// <summary>A frame in a <see cref="GroupBuffer"/>.</summary>
/// <param name="Offset">Where its header begins; a multiple of the block.</param>
/// <param name="FirstRecord">Index of its first record.</param>
internal readonly record struct BufferedFrame(int Offset, int FirstRecord);

/// <summary>
/// The records of one commit group, encoded as the frames that will be written: appends copy into it, the writer seals
/// the frames and writes them from here. Two of them take turns.
/// </summary>
internal sealed class GroupBuffer(int maxFrameBytes)
{
    // What a buffer may keep between bursts: above, a device that once was busy would hold the memory for ever.
    private const int IdleBytes = 256 * 1024;

    // Doubling would hold twice what a burst of large records needs.
    private const int LargestStepBytes = 1024 * 1024;

    private readonly List<BufferedFrame> _frames = [];
    private byte[] _bytes = new byte[16 * JournalFormat.BlockBytes];
    private BufferedRecord[] _records = new BufferedRecord[64];
    private int _recordCount;
    private int _end;

    /// <summary>The group that waits for these records; set with the first of them.</summary>
    public CommitGroup? Group { get; set; }

    public bool IsEmpty => _frames.Count == 0;

    public int FrameCount => _frames.Count;

    /// <summary>Bytes on flash, padding included.</summary>
    public int PaddedBytes => JournalFormat.ToBlocks(_end);

    /// <summary>
    /// Makes room for records that are about to be added, and begins a new frame unless all of them fit into the current one, or into none at
    /// all. When there is no memory this throws before anything has changed: a part of a batch must not stay here with sequences that are
    /// given again.
    /// </summary>
    public void KeepTogether(int recordBytes, int count)
    {
        // Two frames that follow each other hold more than one could.
        var frames = (2 * (recordBytes / maxFrameBytes)) + 2;
        Reserve(PaddedBytes + recordBytes + (frames * (FrameHeader.Bytes + JournalFormat.BlockBytes)));
        _frames.EnsureCapacity(_frames.Count + frames);
        ReserveRecords(count);
        if (_frames.Count == 0 || (FrameEnd(recordBytes) > maxFrameBytes && FrameHeader.Bytes + recordBytes <= maxFrameBytes))
        {
            BeginFrame();
        }
    }

    /// <summary>Encodes a record, in a new frame when it does not fit into the current one.</summary>
    public void Add(RecordKind kind, JournalOwner owner, long sequence, ReadOnlySpan<byte> payload)
    {
        var size = RecordFrame.SizeOf(owner.Utf8.Length, payload.Length);
        if (_frames.Count == 0 || FrameEnd(size) > maxFrameBytes)
        {
            BeginFrame();
        }

        Reserve(_end + size);
        RecordFrame.Write(_bytes.AsSpan(_end), kind, sequence, owner.Utf8, payload);
        ReserveRecords(1);
        _records[_recordCount++] = new BufferedRecord(owner, _end);
        _end += size;
    }

    /// <summary>Begins a frame that stays empty: only a clean close writes one.</summary>
    public void AddEmptyFrame() => BeginFrame();

    /// <summary>Whether a record without payload fits into the padding of the last frame, where it costs nothing.</summary>
    public bool FitsInPadding(JournalOwner owner) =>
        _frames.Count > 0 && _end + RecordFrame.SizeOf(owner.Utf8.Length, 0) <= PaddedBytes;

    /// <summary>The records of a frame.</summary>
    public ReadOnlySpan<BufferedRecord> RecordsOf(int frame) =>
        _records.AsSpan(_frames[frame].FirstRecord..(frame + 1 < _frames.Count ? _frames[frame + 1].FirstRecord : _recordCount));

    /// <summary>The head of a record.</summary>
    public RecordFrame HeadOf(BufferedRecord record)
    {
        var sound = RecordFrame.TryReadHead(_bytes.AsSpan(record.Offset, _end - record.Offset), out var head);
        Debug.Assert(sound, "The buffer holds what was encoded.");
        return head;
    }

    /// <summary>Bytes that a frame takes in its segment.</summary>
    public int PaddedBytesOf(int frame) => JournalFormat.ToBlocks(EndOf(frame) - _frames[frame].Offset);

    /// <summary>Where a record begins in its frame.</summary>
    public int OffsetInFrame(int frame, BufferedRecord record) => record.Offset - _frames[frame].Offset;

    /// <summary>Closes all checksums of a frame and returns its bytes, padding included.</summary>
    public ReadOnlySpan<byte> Seal(int frame, long number, ulong generation, long clockMicros, FlashTotals written)
    {
        var seed = Crc32C.Seed(generation, number);
        foreach (var record in RecordsOf(frame))
        {
            RecordFrame.Seal(_bytes.AsSpan(record.Offset), seed);
        }

        var length = EndOf(frame) - _frames[frame].Offset;
        var bytes = _bytes.AsSpan(_frames[frame].Offset, PaddedBytesOf(frame));
        bytes[length..].Clear();
        new FrameHeader(
            number, generation, length, RecordsOf(frame).Length, clockMicros, Crc32C.Compute(bytes[FrameHeader.Bytes..length]), written)
            .Write(bytes);
        return bytes;
    }

    /// <summary>Empties the buffer for its next turn.</summary>
    public void Clear()
    {
        if (_bytes.Length > IdleBytes && _end < IdleBytes / 2)
        {
            _bytes = new byte[IdleBytes / 2];
            _records = new BufferedRecord[64];
        }

        // Owners must not be kept alive by a buffer that nobody reads.
        _records.AsSpan(0, Math.Min(_recordCount, _records.Length)).Clear();
        _frames.Clear();
        _recordCount = 0;
        _end = 0;
        Group = null;
    }

    // The last frame ends where the records end; every other one is padded, and its last record tells where it ends.
    private int EndOf(int frame)
    {
        if (frame == _frames.Count - 1)
        {
            return _end;
        }

        var last = RecordsOf(frame)[^1];
        return last.Offset + HeadOf(last).Size;
    }

    private int FrameEnd(int recordBytes) => _end - _frames[^1].Offset + recordBytes;

    private void BeginFrame()
    {
        var offset = PaddedBytes;
        Reserve(offset + FrameHeader.Bytes);
        _frames.Add(new BufferedFrame(offset, _recordCount));
        _end = offset + FrameHeader.Bytes;
    }

    private void ReserveRecords(int count)
    {
        if (_recordCount + count > _records.Length)
        {
            Array.Resize(ref _records, Math.Max(_recordCount + count, 2 * _records.Length));
        }
    }

    private void Reserve(int bytes)
    {
        bytes = JournalFormat.ToBlocks(bytes);
        if (bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(bytes, Math.Min(2 * _bytes.Length, _bytes.Length + LargestStepBytes)));
        }
    }
}
