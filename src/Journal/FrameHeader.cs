using System.Buffers.Binary;

namespace EdgeOrleans.Journal;

/// <summary>The 64 bytes before the records of a frame. One frame is one write and one flush.</summary>
/// <param name="Number">The frame's number: one more than the frame before, over all segments, from 1.</param>
/// <param name="Generation">The generation of the segment that the frame was written for.</param>
/// <param name="Length">Bytes of header and records, without the padding to whole blocks.</param>
/// <param name="Count">How many records follow.</param>
/// <param name="ClockMicros">The service clock at the write, in microseconds since the Unix epoch.</param>
/// <param name="BodyChecksum">The checksum of everything behind the header, padding apart.</param>
/// <param name="Written">Bytes written to the data directory, this frame's included; zero when an earlier program wrote the frame.</param>
internal readonly record struct FrameHeader(
    long Number, ulong Generation, int Length, int Count, long ClockMicros, uint BodyChecksum, FlashTotals Written)
{
    /// <summary>Size of the header.</summary>
    public const int Bytes = 64;

    private const uint Magic = 0x31465245; // "ERF1"
    private const int ChecksummedFrom = 8;

    /// <summary>Bytes that the frame takes in its segment.</summary>
    public int PaddedLength => JournalFormat.ToBlocks(Length);

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> to)
    {
        to = to[..Bytes];
        to.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], ClockMicros);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(to[40..], BodyChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], Written.Total);
        BinaryPrimitives.WriteInt64LittleEndian(to[56..], Written.Today);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Crc32C.Compute(to[ChecksummedFrom..]));
    }

    /// <summary>Reads a header; false when its checksum does not hold. Whose generation it is, the caller judges.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out FrameHeader header)
    {
        header = default;
        if (from.Length < Bytes || BinaryPrimitives.ReadUInt32LittleEndian(from) != Magic)
        {
            return false;
        }

        from = from[..Bytes];
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[4..]) != Crc32C.Compute(from[ChecksummedFrom..]))
        {
            return false;
        }

        header = new FrameHeader(
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[36..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[40..]),
            new FlashTotals(BinaryPrimitives.ReadInt64LittleEndian(from[48..]), BinaryPrimitives.ReadInt64LittleEndian(from[56..])));
        return header.Length >= Bytes && header.Count >= 0 && header.Number > 0;
    }
}
