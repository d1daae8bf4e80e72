using System.Buffers.Binary;

namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// One entry or tombstone as a collection keeps it: a single array, so that an entry costs one object and no string.
/// Never changed once made, so it may be shared between the live table, a snapshot and a reader.
/// </summary>
/// <remarks>
/// Layout, little-endian: key length and flags (16 bits: 10 of length, then flags), version (64), sequence (48),
/// expiry (64, only when its flag is set), key, value. 16 bytes before the key of an entry that does not expire.
/// </remarks>
public readonly struct StoredEntry
{
    private const int KeyLengthMask = 0x3ff;
    private const int ExpiryFlag = 0x400;
    private const int DeletedFlag = 0x800;
    private const int VersionOffset = 2;
    private const int SequenceOffset = 10;
    private const int ExpiryOffset = 16;

    private readonly byte[] _packed;

    private StoredEntry(byte[] packed) => _packed = packed;

    /// <summary>Packs an entry.</summary>
    public static StoredEntry Create(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long sequence, long version, long expiresAtMicros) =>
        Pack(key, value, sequence, version, expiresAtMicros, 0);

    /// <summary>Packs a tombstone: the trace of a deleted key, kept for targets that still hold it.</summary>
    public static StoredEntry CreateTombstone(ReadOnlySpan<byte> key, long sequence, long version) =>
        Pack(key, [], sequence, version, 0, DeletedFlag);

    /// <summary>Whether this is a default value and no entry at all.</summary>
    public bool IsNone => _packed is null;

    /// <summary>Whether this is a tombstone.</summary>
    public bool IsTombstone => (Head & DeletedFlag) != 0;

    /// <summary>When the entry came into this collection's state; counts operations, merges included.</summary>
    public long Sequence =>
        BinaryPrimitives.ReadUInt32LittleEndian(_packed.AsSpan(SequenceOffset))
        | ((long)BinaryPrimitives.ReadUInt16LittleEndian(_packed.AsSpan(SequenceOffset + 4)) << 32);

    /// <summary>Microseconds since the Unix epoch on the service clock.</summary>
    public long Version => BinaryPrimitives.ReadInt64LittleEndian(_packed.AsSpan(VersionOffset));

    /// <summary>When the entry ends, in microseconds since the Unix epoch; 0 for never.</summary>
    public long ExpiresAtMicros =>
        (Head & ExpiryFlag) == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(_packed.AsSpan(ExpiryOffset));

    /// <summary>The key's bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> Key => _packed.AsSpan(KeyOffset, KeyLength);

    /// <summary>The value's JSON text.</summary>
    public ReadOnlyMemory<byte> Value => _packed.AsMemory(KeyOffset + KeyLength);

    /// <summary>Bytes of key and value: what limits and <c>size</c> count.</summary>
    public int Bytes => _packed.Length - KeyOffset;

    private int Head => BinaryPrimitives.ReadUInt16LittleEndian(_packed);

    private int KeyLength => Head & KeyLengthMask;

    private int KeyOffset => (Head & ExpiryFlag) == 0 ? ExpiryOffset : ExpiryOffset + sizeof(long);

    private static StoredEntry Pack(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long sequence, long version, long expiresAtMicros, int flags)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, KeyLengthMask);
        var keyOffset = ExpiryOffset;
        if (expiresAtMicros != 0)
        {
            flags |= ExpiryFlag;
            keyOffset += sizeof(long);
        }

        var packed = GC.AllocateUninitializedArray<byte>(keyOffset + key.Length + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(packed, (ushort)(key.Length | flags));
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(VersionOffset), version);
        BinaryPrimitives.WriteUInt32LittleEndian(packed.AsSpan(SequenceOffset), (uint)sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(SequenceOffset + 4), (ushort)(sequence >> 32));
        if (expiresAtMicros != 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(ExpiryOffset), expiresAtMicros);
        }

        key.CopyTo(packed.AsSpan(keyOffset));
        value.CopyTo(packed.AsSpan(keyOffset + key.Length));
        return new StoredEntry(packed);
    }
}
