using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Collections;

/// <summary>The limits that one collection's writes are judged by.</summary>
internal sealed class CollectionLimits
{
    /// <summary>The most bytes of keys and values.</summary>
    public required long CollectionBytes { get; init; }

    /// <summary>The most bytes of memory: small entries take several times what their keys and values do.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The most bytes of the record of an atomic batch.</summary>
    public required int AtomicBytes { get; init; }

    /// <summary>The limits of a client's collection. The catalog's own has none but the journal's: its size is bounded by the number of collections.</summary>
    public static CollectionLimits Of(CollectionServices services, bool isSystem) => new()
    {
        CollectionBytes = isSystem ? long.MaxValue : services.Limits.CollectionBytes,
        MemoryBytes = isSystem ? long.MaxValue : services.CollectionMemoryBytes,
        AtomicBytes = services.Limits.ValueBytes + EntryRecord.MaxOverheadBytes,
    };
}
