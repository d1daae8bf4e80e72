namespace EdgeOrleans.Journal;

/// <summary>Sizes of the journal. What is part of the format is in <see cref="JournalFormat"/> instead.</summary>
public sealed class JournalOptions
{
    /// <summary>
    /// Bytes of one segment file: 64 KiB to 64 MiB, default 4 MiB, a multiple of 4 KiB. Holds two of the largest frame at
    /// least. Small enough to be zero-filled and freed in small steps, large enough that changing segments (three flushes
    /// more) is rare.
    /// </summary>
    public int SegmentBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// The most bytes of all segments together: at least six segments, at most 32,768 of them, default 64 MiB. How much can be
    /// written while the primary target cannot be reached, and how much is read at start.
    /// </summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The most bytes that wait for a flush: at least one largest record, at most 64 MiB, default 8 MiB. Bounds the memory of
    /// a device whose card stalls.
    /// </summary>
    public int MaxPendingBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Bytes that the journal leaves free on the file system: 0 or more, default 16 MiB. Covers deletes, one SQLite WAL and
    /// a snapshot, so that a full card can be emptied again.
    /// </summary>
    public long ReserveBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The largest payload of one record: 1 KiB or more, default 1 MiB and 64 KiB, so that a value of 1 MiB fits with its key
    /// and framing. Two frames of it must fit in a segment.
    /// </summary>
    public int MaxRecordBytes { get; set; } = (1024 + 64) * 1024;

    /// <summary>The largest frame of a segment, in bytes: half of what a segment holds, in whole blocks.</summary>
    internal int MaxFrameBytes =>
        (SegmentBytes - JournalFormat.BlockBytes) / 2 / JournalFormat.BlockBytes * JournalFormat.BlockBytes;

    internal int MaxSegments => (int)(MaxBytes / SegmentBytes);

    /// <summary>What is wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate()
    {
        if (SegmentBytes is < 64 * 1024 or > JournalFormat.MaxSegmentBytes || SegmentBytes % JournalFormat.BlockBytes != 0)
        {
            return $"SegmentBytes is {SegmentBytes}; it must be a multiple of 4096 from 65536 to {JournalFormat.MaxSegmentBytes}.";
        }

        if (MaxRecordBytes < 1024)
        {
            return $"MaxRecordBytes is {MaxRecordBytes}; it must be at least 1024.";
        }

        if (JournalFormat.LargestFrameBytes(MaxRecordBytes) > MaxFrameBytes)
        {
            var least = JournalFormat.BlockBytes + (2 * JournalFormat.LargestFrameBytes(MaxRecordBytes));
            return $"SegmentBytes is {SegmentBytes}; it must be at least {least}, so that two records of {MaxRecordBytes} bytes fit.";
        }

        if (MaxBytes / SegmentBytes is < 6 or > JournalFormat.MaxSegments)
        {
            return $"MaxBytes is {MaxBytes}; it must be 6 to {JournalFormat.MaxSegments} times SegmentBytes ({SegmentBytes}).";
        }

        if (MaxPendingBytes < MaxRecordBytes + JournalFormat.BlockBytes || MaxPendingBytes > 64 * 1024 * 1024)
        {
            return $"MaxPendingBytes is {MaxPendingBytes}; it must be {MaxRecordBytes + JournalFormat.BlockBytes} (the largest record) to 67108864.";
        }

        return ReserveBytes < 0 ? $"ReserveBytes is {ReserveBytes}; it must be 0 or more." : null;
    }
}
