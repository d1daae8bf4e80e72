using EdgeOrleans.Grains.WriteBehind;
using Orleans.Concurrency;

namespace EdgeOrleans.Grains.Collections;

/// <summary>What the service itself asks of a collection: the catalog and the write-behind. Not for clients.</summary>
[Alias("EdgeOrleans.ICollectionControl")]
internal interface ICollectionControl : IGrainWithStringKey
{
    /// <summary>Every write judged from here on gets a version greater than the answer's, which is at least <paramref name="atLeast"/> and every version given before.</summary>
    [Alias("Fence")]
    Task<VersionAnswer> Fence(long atLeast);

    /// <summary>Removes every entry with a version of at most <paramref name="bound"/>; answers when that is durable.</summary>
    [Alias("Clear")]
    Task<ClearAnswer> Clear(long bound);

    /// <summary>Saves to a target what it lacks, loading the collection first if need be.</summary>
    /// <param name="target">The number of the target in the process's list.</param>
    [Alias("Save")]
    Task<SaveResult> Save(int target);

    /// <summary>What a target lacks that has everything up to a sequence; reads no entry that is not in memory.</summary>
    /// <param name="since">The sequence.</param>
    [Alias("Lag"), ReadOnly]
    Task<LagAnswer> Lag(long since);

    /// <summary>All entries of the catalog's own collection.</summary>
    [Alias("ReadSystem"), ReadOnly]
    Task<SystemEntries> ReadSystem();

    /// <summary>Writes to the catalog's own collection. What it throws leaves open whether that was made.</summary>
    /// <param name="batch">Operations of the service's own, as many as there are.</param>
    /// <param name="reclaims">Whether this makes room in the end, so that it may use the journal's reserve.</param>
    [Alias("ApplySystem")]
    Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims);
}

/// <summary>How much changed in a collection.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.LagAnswer")]
internal sealed class LagAnswer(long entries, long bytes, long oldestVersion)
{
    /// <summary>Entries and tombstones; at most so many when the collection is not in memory.</summary>
    [Id(0)]
    public long Entries { get; } = entries;

    /// <summary>Bytes of their keys and values.</summary>
    [Id(1)]
    public long Bytes { get; } = bytes;

    /// <summary>The version of the oldest of them, microseconds since the Unix epoch; 0 when that is not known.</summary>
    [Id(2)]
    public long OldestVersion { get; } = oldestVersion;
}

/// <summary>A version, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.VersionAnswer")]
internal sealed class VersionAnswer(Refusal? refusal, long version)
{
    /// <summary>Why not; <see langword="null"/> when it is done.</summary>
    [Id(0)]
    public Refusal? Refusal { get; } = refusal;

    /// <summary>The version.</summary>
    [Id(1)]
    public long Version { get; } = version;
}

/// <summary>What a clear has left, or why it is not known to be done.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.ClearAnswer")]
internal sealed class ClearAnswer(Refusal? refusal, bool isEmpty)
{
    /// <summary>Why not; <see langword="null"/> when it is done.</summary>
    [Id(0)]
    public Refusal? Refusal { get; } = refusal;

    /// <summary>
    /// Whether nothing was left, writes that were not durable yet included, and nothing was set above the bound in between.
    /// What is set from here on registers the collection anew.
    /// </summary>
    [Id(1)]
    public bool IsEmpty { get; } = isEmpty;
}

/// <summary>The content of the catalog's own collection, in key order.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.SystemEntries")]
internal sealed class SystemEntries(Refusal? refusal, string[] keys, ReadOnlyMemory<byte>[] values, long[] versions)
{
    /// <summary>Why it cannot be read; <see langword="null"/> when it can.</summary>
    [Id(0)]
    public Refusal? Refusal { get; } = refusal;

    /// <summary>The keys.</summary>
    [Id(1)]
    public string[] Keys { get; } = keys;

    /// <summary>The value of each key.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte>[] Values { get; } = values;

    /// <summary>The version of each key: what was written after what.</summary>
    [Id(3)]
    public long[] Versions { get; } = versions;
}
