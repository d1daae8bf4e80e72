using Orleans.Concurrency;

namespace EdgeOrleans;

/// <summary>
/// The catalog of namespaces and collections. There is one, under <see cref="Key"/>.
/// A collection is listed from its first write until it is deleted, empty or not.
/// </summary>
[Alias("EdgeOrleans.ICatalogGrain")]
public interface ICatalogGrain : IGrainWithStringKey
{
    /// <summary>The key of the one catalog.</summary>
    const string Key = "catalog";

    /// <summary>All namespaces that hold a collection, in ordinal order of their UTF-8 bytes.</summary>
    /// <exception cref="RefusedException">The catalog cannot be loaded now.</exception>
    [Alias("ListNamespaces"), ReadOnly]
    Task<string[]> ListNamespaces();

    /// <summary>The collections of a namespace, in ordinal order of their UTF-8 bytes; none for an unknown one.</summary>
    /// <exception cref="RefusedException">The catalog cannot be loaded now.</exception>
    [Alias("ListCollections"), ReadOnly]
    Task<string[]> ListCollections(string ns);

    /// <summary>What a namespace holds; all zero for an unknown one.</summary>
    /// <exception cref="RefusedException">The catalog or a collection cannot be loaded now.</exception>
    [Alias("NamespaceInfo"), ReadOnly]
    Task<NamespaceInfo> NamespaceInfo(string ns);

    /// <summary>
    /// Deletes a namespace and all that was written to it before this call; a write begun after the answer survives.
    /// A kill half-way is finished at the next start. Deleting what is not there succeeds and creates nothing.
    /// </summary>
    /// <returns><see langword="null"/> when it is done and durable, else why not.</returns>
    [Alias("DeleteNamespace")]
    Task<Refusal?> DeleteNamespace(string ns);

    /// <summary>Deletes one collection, with the promises of <see cref="DeleteNamespace"/>.</summary>
    /// <returns><see langword="null"/> when it is done and durable, else why not.</returns>
    [Alias("DeleteCollection")]
    Task<Refusal?> DeleteCollection(string ns, string collection);
}

/// <summary>What a namespace holds.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.NamespaceInfo")]
public sealed class NamespaceInfo(string[] collections, long keyCount, long bytes)
{
    /// <summary>Its collections, in ordinal order of their UTF-8 bytes.</summary>
    [Id(0)]
    public string[] Collections { get; } = collections;

    /// <summary>Durable keys in all of them.</summary>
    [Id(1)]
    public long KeyCount { get; } = keyCount;

    /// <summary>Bytes of keys and values in all of them.</summary>
    [Id(2)]
    public long Bytes { get; } = bytes;
}
