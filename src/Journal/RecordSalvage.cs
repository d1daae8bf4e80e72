namespace EdgeOrleans.Journal;

/// <summary>A record found in damaged bytes.</summary>
/// <param name="Offset">Where it begins in the segment.</param>
/// <param name="Head">Its head, whose checksum holds.</param>
/// <param name="IsWhole">Whether its payload is what was written, too.</param>
internal readonly record struct SalvagedRecord(int Offset, RecordFrame Head, bool IsWhole);

/// <summary>
/// Finds the records in bytes that are no frame any more, by trying every eighth byte. A head's checksum is seeded with
/// generation and frame number, so neither stale records nor a client's value that looks like one are mistaken for it.
/// </summary>
internal static class RecordSalvage
{
    /// <summary>All records in a stretch that belong to one of these frames, in order.</summary>
    public static List<SalvagedRecord> Find(
        ReadOnlySpan<byte> segment, int from, int to, ulong generation, long firstFrame, long lastFrame)
    {
        var seeds = SeedsOf(generation, firstFrame, lastFrame, to - from);
        var found = new List<SalvagedRecord>();
        var offset = from;
        while (offset + RecordFrame.HeadBytes < to)
        {
            var bytes = segment[offset..to];
            if (RecordFrame.TryReadHead(bytes, out var head) && BelongsToOne(bytes, head, seeds))
            {
                found.Add(new SalvagedRecord(offset, head, head.IsPayloadSound(bytes)));
                offset += head.Size;
            }
            else
            {
                offset += RecordFrame.Alignment;
            }
        }

        return found;
    }

    /// <summary>
    /// Whether these records are all that the stretch ever held: with a header by its count, else when they follow each
    /// other from behind the header of one frame and only padding comes after them. Zeros alone prove nothing.
    /// </summary>
    public static bool IsComplete(
        ReadOnlySpan<byte> segment, ScannedStretch stretch, List<SalvagedRecord> found, long firstFrame, long lastFrame)
    {
        if (stretch.Trace == FrameTrace.Header)
        {
            return found.Count == stretch.Frame.Count;
        }

        var next = stretch.Offset + FrameHeader.Bytes;
        foreach (var record in found)
        {
            if (record.Offset != next)
            {
                return false;
            }

            next += record.Head.Size;
        }

        return found.Count > 0 && firstFrame == lastFrame && next <= stretch.End && !segment[next..stretch.End].ContainsAnyExcept((byte)0);
    }

    // A block holds one frame at most, so frames beyond that many cannot be in these bytes.
    private static uint[] SeedsOf(ulong generation, long firstFrame, long lastFrame, int bytes)
    {
        var count = Math.Min(lastFrame - firstFrame + 1, JournalFormat.ToBlocks(bytes) / JournalFormat.BlockBytes);
        var seeds = new uint[Math.Max(0, count)];
        for (var i = 0; i < seeds.Length; i++)
        {
            seeds[i] = Crc32C.Seed(generation, firstFrame + i);
        }

        return seeds;
    }

    private static bool BelongsToOne(ReadOnlySpan<byte> bytes, RecordFrame head, uint[] seeds)
    {
        foreach (var seed in seeds)
        {
            if (head.IsHeadSound(bytes, seed))
            {
                return true;
            }
        }

        return false;
    }
}
