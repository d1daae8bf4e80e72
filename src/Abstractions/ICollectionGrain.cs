using Orleans.Concurrency;

namespace EdgeOrleans;

/// <summary>
/// One collection of JSON values. Its key is <c>namespace/collection</c> (<see cref="CollectionKey"/>).
/// Writes answer when they are durable, on flash or in a cluster's storage; reads do not wait for either and never show what could be
/// taken back.
/// </summary>
[Alias("EdgeOrleans.ICollectionGrain")]
public interface ICollectionGrain : IGrainWithStringKey
{
    /// <summary>The durable value of a key, or <see langword="null"/>.</summary>
    /// <exception cref="RefusedException">The name is not valid, or the collection cannot be loaded now.</exception>
    [Alias("Get"), ReadOnly]
    ValueTask<Entry?> Get(string key);

    /// <summary>
    /// The same, and it is certain that nobody had written anything newer when the call was made. In a cluster this asks the storage;
    /// on a device every read is so.
    /// </summary>
    /// <exception cref="RefusedException">
    /// As for <see cref="Get"/>, or the storage does not answer, or another server has written (<see cref="RefusalCode.Overtaken"/>): then
    /// the next call finds the current state.
    /// </exception>
    [Alias("GetStrong"), ReadOnly]
    ValueTask<Entry?> GetStrong(string key);

    /// <summary>
    /// Applies operations in order and answers once all that was applied is durable.
    /// Results stand in the order of the operations. Never throws for a refusal.
    /// </summary>
    [Alias("Apply")]
    Task<WriteResult[]> Apply(WriteBatch batch);

    /// <summary>A page of keys in ordinal order of their UTF-8 bytes.</summary>
    /// <exception cref="RefusedException">The query is not valid, or the collection cannot be loaded now.</exception>
    [Alias("List"), ReadOnly]
    ValueTask<KeyPage> List(ListQuery query);

    /// <summary>How much the collection holds.</summary>
    /// <exception cref="RefusedException">The name is not valid, or the collection cannot be loaded now.</exception>
    [Alias("Info"), ReadOnly]
    ValueTask<CollectionInfo> Info();
}

/// <summary>Which keys to list.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.ListQuery")]
public sealed class ListQuery
{
    /// <summary>At most so many keys, 1 to <see cref="NameRules.MaxListLimit"/>.</summary>
    [Id(0)]
    public int Limit { get; init; } = 1000;

    /// <summary>Keys to pass over, 0 or more.</summary>
    [Id(1)]
    public int Offset { get; init; }

    /// <summary>Only keys that begin with this; empty for all.</summary>
    [Id(2)]
    public string Prefix { get; init; } = "";

    /// <summary>Only keys after this one; empty from the start. Pages by this stay right while keys come and go.</summary>
    [Id(3)]
    public string After { get; init; } = "";

    /// <summary>Whether it must be certain that nobody had written anything newer, as for <see cref="ICollectionGrain.GetStrong"/>.</summary>
    [Id(4)]
    public bool IsStrong { get; init; }
}

/// <summary>A page of keys.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.KeyPage")]
public sealed class KeyPage(string[] keys, int total)
{
    /// <summary>The keys in ordinal order of their UTF-8 bytes.</summary>
    [Id(0)]
    public string[] Keys { get; } = keys;

    /// <summary>How many keys of the collection have the prefix, on whatever page.</summary>
    [Id(1)]
    public int Total { get; } = total;
}

/// <summary>How much a collection holds.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.CollectionInfo")]
public sealed class CollectionInfo(long keyCount, long bytes, long lastVersion)
{
    /// <summary>Durable keys.</summary>
    [Id(0)]
    public long KeyCount { get; } = keyCount;

    /// <summary>Bytes of keys and values.</summary>
    [Id(1)]
    public long Bytes { get; } = bytes;

    /// <summary>The newest version given in this collection, deletes included; 0 when nothing was ever written.</summary>
    [Id(2)]
    public long LastVersion { get; } = lastVersion;
}
