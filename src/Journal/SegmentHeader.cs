using System.Buffers.Binary;

namespace EdgeOrleans.Journal;

/// <summary>
/// The first block of a segment, flushed before its first frame. Two copies, half a block apart, so that one bad sector
/// does not take it.
/// </summary>
/// <param name="Version">Format version. Bytes 0 to 11 and the checksum stay where they are in every version to come.</param>
/// <param name="Length">Bytes of the file: one that has become shorter has lost something.</param>
/// <param name="Generation">Random for each use of the file; seeds the checksums of everything in it.</param>
/// <param name="Number">The segment's number, as in its name.</param>
/// <param name="LastFrameBefore">The number of the frame before the first one in here: shows a gap between segments.</param>
/// <param name="CarriedThrough">
/// The frames up to this number are copies of the newest ones found at recovery, under their own numbers; 0 when there are none.
/// </param>
/// <param name="ClockMicros">The service clock when the segment was begun.</param>
internal readonly record struct SegmentHeader(
    int Version, int Length, ulong Generation, long Number, long LastFrameBefore, long CarriedThrough, long ClockMicros)
{
    /// <summary>Size of one copy.</summary>
    public const int Bytes = 64;

    /// <summary>Where the second copy begins.</summary>
    public const int CopyOffset = JournalFormat.BlockBytes / 2;

    private const ulong Magic = 0x4c414e52554f4a45; // "EJOURNAL"
    private const int ChecksumOffset = 60;

    /// <summary>Writes the whole header block.</summary>
    public void Write(Span<byte> block)
    {
        block = block[..JournalFormat.BlockBytes];
        block.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(block, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], LastFrameBefore);
        BinaryPrimitives.WriteInt64LittleEndian(block[40..], CarriedThrough);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], ClockMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(block[ChecksumOffset..], Crc32C.Compute(block[..ChecksumOffset]));
        block[..Bytes].CopyTo(block[CopyOffset..]);
    }

    /// <summary>Reads one copy; false when its checksum does not hold.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out SegmentHeader header)
    {
        header = default;
        if (BinaryPrimitives.ReadUInt64LittleEndian(from) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(from[ChecksumOffset..]) != Crc32C.Compute(from[..ChecksumOffset]))
        {
            return false;
        }

        header = new SegmentHeader(
            BinaryPrimitives.ReadInt32LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[48..]));
        return true;
    }
}
