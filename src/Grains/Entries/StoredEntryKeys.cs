namespace EdgeOrleans.Grains.Entries;

/// <summary>Compares entries by the bytes of their keys alone.</summary>
internal sealed class StoredEntryKeys : IEqualityComparer<StoredEntry>, IAlternateEqualityComparer<ReadOnlySpan<byte>, StoredEntry>
{
    public static readonly StoredEntryKeys Instance = new();

    public bool Equals(StoredEntry x, StoredEntry y) => x.Key.SequenceEqual(y.Key);

    public int GetHashCode(StoredEntry entry) => GetHashCode(entry.Key);

    public bool Equals(ReadOnlySpan<byte> alternate, StoredEntry other) => alternate.SequenceEqual(other.Key);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        // Seeded per process, so keys that collide cannot be prepared.
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public StoredEntry Create(ReadOnlySpan<byte> alternate) =>
        throw new NotSupportedException("entries are added whole, never by a key alone");
}
