using EdgeOrleans.Journal;

namespace EdgeOrleans.Simulation.Mutation;

/// <summary>
/// Makes the bytes of a segment look right to a recovery that checks them: frames whose checksum does not hold get one that does,
/// or frames of another generation the segment's own. Read through it, recovery is one that leaves the check out.
/// </summary>
internal static class BlindRecovery
{
    public static void Mend(Span<byte> segment, Mutant mutant)
    {
        if (!SegmentHeader.TryRead(segment, out var segmentHeader))
        {
            return;
        }

        for (var offset = JournalFormat.BlockBytes; offset < segment.Length; offset += JournalFormat.BlockBytes)
        {
            var rest = segment[offset..];
            if (!FrameHeader.TryRead(rest, out var header) || header.Length > rest.Length)
            {
                continue;
            }

            if (mutant == Mutant.GenerationIgnored && header.Generation != segmentHeader.Generation)
            {
                SealRecords(rest[FrameHeader.Bytes..header.Length], Crc32C.Seed(segmentHeader.Generation, header.Number));
                header = header with { Generation = segmentHeader.Generation };
            }
            else if (mutant != Mutant.FrameChecksumIgnored)
            {
                continue;
            }

            (header with { BodyChecksum = Crc32C.Compute(rest[FrameHeader.Bytes..header.Length]) }).Write(rest);
        }
    }

    private static void SealRecords(Span<byte> records, uint seed)
    {
        while (RecordFrame.TryReadHead(records, out var head))
        {
            RecordFrame.Seal(records, seed);
            records = records[head.Size..];
        }
    }
}
