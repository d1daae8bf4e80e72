using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// The payload of a journal record: one change of a collection, or the changes of an atomic batch.
/// The record's sequence is that of its first change; each further one counts one more.
/// </summary>
/// <remarks>
/// Layout, little-endian: format (8 bits), then per change: kind (8), flags (8), key length (16), version (64),
/// expiry (64, only with its flag), value length (32, only for a set), key, value. Flag 2 is kept free for a content type.
/// A clear has no key, and its version is the bound.
/// </remarks>
internal static class EntryRecord
{
    internal const byte Format = 1;
    internal const byte SetKind = 1;
    internal const byte DeleteKind = 2;
    internal const byte ClearKind = 3;
    internal const byte ExpiryFlag = 1;

    private const int FixedBytes = 1 + 1 + 2 + 8;

    /// <summary>The longest that a record of one value can be, beside the value itself.</summary>
    internal const int MaxOverheadBytes = 1 + FixedBytes + sizeof(long) + sizeof(int) + NameRules.MaxKeyBytes;

    /// <summary>Bytes of a record before its first change.</summary>
    public const int HeaderBytes = 1;

    /// <summary>Bytes that a change takes in a record.</summary>
    public static int ChangeBytes(StoredEntry change) =>
        FixedBytes + change.Bytes + (change.ExpiresAtMicros == 0 ? 0 : sizeof(long)) + (change.IsTombstone ? 0 : sizeof(int));

    /// <summary>Writes what stands before the first change.</summary>
    public static int WriteHeader(Span<byte> record)
    {
        record[0] = Format;
        return HeaderBytes;
    }

    /// <summary>Writes one change: an entry, a tombstone, or a clear (a tombstone without a key).</summary>
    /// <returns>How many bytes it took.</returns>
    public static int WriteChange(Span<byte> record, StoredEntry change)
    {
        var key = change.Key;
        var expiry = change.ExpiresAtMicros;
        record[0] = !change.IsTombstone ? SetKind : key.IsEmpty ? ClearKind : DeleteKind;
        record[1] = expiry == 0 ? (byte)0 : ExpiryFlag;
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], (ushort)key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record[4..], change.Version);
        var at = FixedBytes;
        if (expiry != 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(record[at..], expiry);
            at += sizeof(long);
        }

        var value = change.Value.Span;
        if (!change.IsTombstone)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record[at..], value.Length);
            at += sizeof(int);
        }

        key.CopyTo(record[at..]);
        at += key.Length;
        value.CopyTo(record[at..]);
        return at + value.Length;
    }

    /// <summary>Reads the changes of a record.</summary>
    /// <param name="record">The payload.</param>
    /// <param name="sequence">The record's sequence.</param>
    /// <returns>Each change: an entry, a tombstone, or a clear.</returns>
    /// <exception cref="RecordFormatException">The payload is of a newer format, or is none.</exception>
    public static List<StoredEntry> Read(ReadOnlySpan<byte> record, long sequence)
    {
        if (record.IsEmpty)
        {
            throw new RecordFormatException("a record of the journal is empty");
        }

        if (record[0] != Format)
        {
            throw new RecordFormatException(
                $"a record of the journal has format {record[0]}, this service reads format {Format}: it was written by a newer one");
        }

        var changes = new List<StoredEntry>(1);
        var rest = record[HeaderBytes..];
        do
        {
            changes.Add(ReadChange(ref rest, sequence++));
        }
        while (!rest.IsEmpty);

        return changes;
    }

    /// <summary>
    /// The key of the first change, out of the first bytes of a payload that is damaged somewhere: best effort, for a report.
    /// </summary>
    public static bool TryReadKey(ReadOnlySpan<byte> remains, out string key)
    {
        key = "";
        if (remains.Length < HeaderBytes + FixedBytes || remains[0] != Format || remains[1] is not (SetKind or DeleteKind))
        {
            return false;
        }

        var head = remains[HeaderBytes..];
        var at = FixedBytes + ((head[1] & ExpiryFlag) == 0 ? 0 : sizeof(long)) + (head[0] == SetKind ? sizeof(int) : 0);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
        if (length > NameRules.MaxKeyBytes || at + length > head.Length || !Utf8.IsValid(head.Slice(at, length)))
        {
            return false;
        }

        key = Encoding.UTF8.GetString(head.Slice(at, length));
        return NameRules.KeyFault(key) is null;
    }

    private static StoredEntry ReadChange(ref ReadOnlySpan<byte> rest, long sequence)
    {
        var head = Take(ref rest, FixedBytes);
        var kind = head[0];
        var flags = head[1];
        var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
        var version = BinaryPrimitives.ReadInt64LittleEndian(head[4..]);
        var isKeyRight = kind == ClearKind ? keyLength == 0 : keyLength is > 0 and <= NameRules.MaxKeyBytes;
        if (kind is not (SetKind or DeleteKind or ClearKind) || (flags & ~ExpiryFlag) != 0 || !isKeyRight)
        {
            throw new RecordFormatException(
                $"a record of the journal has a change of kind {kind} with flags {flags} and a key of {keyLength} bytes, which this service does not know");
        }

        var expiry = (flags & ExpiryFlag) == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, sizeof(long)));
        if (kind != SetKind)
        {
            return StoredEntry.CreateTombstone(Take(ref rest, keyLength), sequence, version);
        }

        var valueLength = BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, sizeof(int)));
        var key = Take(ref rest, keyLength);
        return StoredEntry.Create(key, Take(ref rest, valueLength), sequence, version, expiry);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if ((uint)count > (uint)rest.Length)
        {
            throw new RecordFormatException("a record of the journal ends in the middle of a change");
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}

/// <summary>A record of the journal cannot be understood, although its checksum is right.</summary>
public sealed class RecordFormatException(string message) : Exception(message);
