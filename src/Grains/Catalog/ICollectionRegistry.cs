using EdgeOrleans.Grains.Collections;
using Orleans.Concurrency;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>What the service itself asks of the catalog. Not for clients.</summary>
[Alias("EdgeOrleans.ICollectionRegistry")]
internal interface ICollectionRegistry : IGrainWithStringKey
{
    /// <summary>Loads the catalog and goes on with deletes that a kill cut short.</summary>
    /// <returns>Why it cannot be loaded; <see langword="null"/> when it is.</returns>
    [Alias("Open")]
    Task<Refusal?> Open();

    /// <summary>What the catalog knows of a collection.</summary>
    [Alias("Find"), ReadOnly]
    Task<Standing> Find(string collectionKey);

    /// <summary>Lists a collection, durably, before its first write.</summary>
    /// <returns>Why not; <see langword="null"/> when it is listed.</returns>
    [Alias("Register")]
    Task<Refusal?> Register(string collectionKey);
}
