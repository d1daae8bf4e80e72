using System.Buffers.Binary;

namespace EdgeOrleans.Journal;

/// <summary>What a record on flash says.</summary>
internal enum RecordKind : byte
{
    /// <summary>An owner's bytes.</summary>
    Data = 1,

    /// <summary>The primary target has everything of the owner up to this sequence.</summary>
    TrimMark = 2,
}

/// <summary>
/// The framing of one record: 24 bytes, the owner's key, the payload, zeros up to a multiple of eight. The head (with
/// the owner) and the payload have a checksum each, so that damage to a payload still tells whose it was, and so that a
/// reader who lost its place finds the next record by trying every eighth byte.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Sequence">The owner's sequence.</param>
/// <param name="OwnerBytes">Length of the owner's key.</param>
/// <param name="PayloadBytes">Length of the payload.</param>
/// <param name="PayloadChecksum">Checksum of the payload, not seeded: the head's checksum covers it.</param>
internal readonly record struct RecordFrame(
    RecordKind Kind, long Sequence, int OwnerBytes, int PayloadBytes, uint PayloadChecksum)
{
    /// <summary>Size of the fixed part.</summary>
    public const int HeadBytes = 24;

    /// <summary>Records begin on multiples of this.</summary>
    public const int Alignment = 8;

    /// <summary>Bytes that the record takes in its frame.</summary>
    public int Size => SizeOf(OwnerBytes, PayloadBytes);

    /// <summary>Bytes that a record takes in its frame.</summary>
    public static int SizeOf(int ownerBytes, int payloadBytes) =>
        (HeadBytes + ownerBytes + payloadBytes + Alignment - 1) & ~(Alignment - 1);

    /// <summary>
    /// Encodes a record; returns its size. The head's checksum stays open until <see cref="Seal"/>, because an append
    /// does not know yet which frame of which segment it will be in.
    /// </summary>
    public static int Write(Span<byte> to, RecordKind kind, long sequence, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> payload)
    {
        var size = SizeOf(owner.Length, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Crc32C.Compute(payload));
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], payload.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[20..], (ushort)owner.Length);
        to[22] = (byte)kind;
        to[23] = 0;
        owner.CopyTo(to[HeadBytes..]);
        payload.CopyTo(to[(HeadBytes + owner.Length)..]);
        to[(HeadBytes + owner.Length + payload.Length)..size].Clear();
        return size;
    }

    /// <summary>Closes the head's checksum once the frame is known. May be called again for another frame.</summary>
    public static void Seal(Span<byte> record, uint seed)
    {
        var ownerBytes = BinaryPrimitives.ReadUInt16LittleEndian(record[20..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record, Crc32C.Compute(record[4..(HeadBytes + ownerBytes)], seed));
    }

    /// <summary>Reads a head without looking at checksums; false when no record can look like this.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> from, out RecordFrame record)
    {
        record = default;
        if (from.Length < HeadBytes)
        {
            return false;
        }

        var kind = (RecordKind)from[22];
        var payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(from[16..]);
        var ownerBytes = BinaryPrimitives.ReadUInt16LittleEndian(from[20..]);
        if (kind is not (RecordKind.Data or RecordKind.TrimMark) || from[23] != 0 || ownerBytes is 0 or > JournalFormat.MaxOwnerBytes
            || payloadBytes < 0 || payloadBytes > from.Length - HeadBytes - ownerBytes)
        {
            return false;
        }

        record = new RecordFrame(
            kind,
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            ownerBytes,
            payloadBytes,
            BinaryPrimitives.ReadUInt32LittleEndian(from[4..]));
        return true;
    }

    /// <summary>Whether the head at the start of <paramref name="from"/> belongs to the frame of this seed.</summary>
    public bool IsHeadSound(ReadOnlySpan<byte> from, uint seed) =>
        BinaryPrimitives.ReadUInt32LittleEndian(from) == Crc32C.Compute(from[4..(HeadBytes + OwnerBytes)], seed);

    /// <summary>Whether the payload is what was written.</summary>
    public bool IsPayloadSound(ReadOnlySpan<byte> from) => Crc32C.Compute(Payload(from)) == PayloadChecksum;

    /// <summary>The owner's key.</summary>
    public ReadOnlySpan<byte> Owner(ReadOnlySpan<byte> from) => from.Slice(HeadBytes, OwnerBytes);

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> from) => from.Slice(HeadBytes + OwnerBytes, PayloadBytes);
}
