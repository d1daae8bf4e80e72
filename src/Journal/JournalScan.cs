namespace EdgeOrleans.Journal;

/// <summary>A stretch of a segment: one frame, or whole blocks in which no frame begins.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its bytes, in whole blocks unless the file was cut.</param>
/// <param name="Trace">How much of a frame it is.</param>
/// <param name="Frame">The header, unless the trace is <see cref="FrameTrace.None"/>.</param>
internal readonly record struct ScannedStretch(int Offset, int Length, FrameTrace Trace, FrameHeader Frame)
{
    /// <summary>Where it ends.</summary>
    public int End => Offset + Length;
}

/// <summary>Cuts the bytes of a segment into frames and stretches without one. Judges nothing.</summary>
internal static class JournalScan
{
    /// <summary>The stretches behind the header block, in order and without gaps.</summary>
    public static List<ScannedStretch> Read(ReadOnlySpan<byte> segment, ulong generation)
    {
        var stretches = new List<ScannedStretch>();
        var offset = JournalFormat.BlockBytes;
        var blankFrom = offset;
        while (offset < segment.Length)
        {
            if (!FrameHeader.TryRead(segment[offset..], out var frame)
                || frame.Generation != generation
                || frame.Length > segment.Length - offset)
            {
                offset = Math.Min(offset + JournalFormat.BlockBytes, segment.Length);
                continue;
            }

            AddBlank(stretches, blankFrom, offset);
            var isWhole = Crc32C.Compute(segment[(offset + FrameHeader.Bytes)..(offset + frame.Length)]) == frame.BodyChecksum;
            var length = Math.Min(frame.PaddedLength, segment.Length - offset);
            stretches.Add(new ScannedStretch(offset, length, isWhole ? FrameTrace.Whole : FrameTrace.Header, frame));
            offset += length;
            blankFrom = offset;
        }

        AddBlank(stretches, blankFrom, segment.Length);
        return stretches;
    }

    /// <summary>
    /// The generation of the frames in a segment whose header block is lost: that of the first block, else that of the
    /// highest frame number, because what an earlier use left has lower ones.
    /// </summary>
    public static ulong? FindGeneration(ReadOnlySpan<byte> segment, long numbersAbove)
    {
        ulong? generation = null;
        var highest = numbersAbove;
        for (var offset = JournalFormat.BlockBytes; offset < segment.Length; offset += JournalFormat.BlockBytes)
        {
            if (FrameHeader.TryRead(segment[offset..], out var frame) && frame.Number > highest)
            {
                if (offset == JournalFormat.BlockBytes)
                {
                    return frame.Generation;
                }

                generation = frame.Generation;
                highest = frame.Number;
            }
        }

        return generation;
    }

    private static void AddBlank(List<ScannedStretch> stretches, int from, int to)
    {
        if (to > from)
        {
            stretches.Add(new ScannedStretch(from, to - from, FrameTrace.None, default));
        }
    }
}
