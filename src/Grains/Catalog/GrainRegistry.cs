using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>The catalog as a grain.</summary>
internal sealed class GrainRegistry(IGrainFactory grains) : IRegistry
{
    private readonly ICollectionRegistry _registry = grains.GetGrain<ICollectionRegistry>(ICatalogGrain.Key);

    public Task<Standing> Find(string collectionKey) => _registry.Find(collectionKey);

    public Task<Refusal?> Register(string collectionKey) => _registry.Register(collectionKey);
}
