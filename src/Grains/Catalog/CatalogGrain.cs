using EdgeOrleans.Grains.Collections;
using Orleans.Concurrency;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>The catalog as a grain. Kept alive: every activation of a collection asks it.</summary>
[GrainType("catalog")]
[Reentrant]
[KeepAlive]
internal sealed class CatalogGrain(CollectionServices services) : Grain, ICatalogGrain, ICollectionRegistry
{
    private CollectionCatalog _catalog = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _catalog = new CollectionCatalog(new GrainCollections(GrainFactory, DeactivateOnIdle), services.Limits, services.Clock, services.Timeout);
        return Task.CompletedTask;
    }

    public Task<Refusal?> Open() => _catalog.Open();

    public Task<Standing> Find(string collectionKey) => _catalog.Find(collectionKey);

    public Task<Refusal?> Register(string collectionKey) => _catalog.Register(collectionKey);

    public Task<string[]> ListNamespaces() => _catalog.ListNamespaces();

    public Task<string[]> ListCollections(string ns) => _catalog.ListCollections(Name(ns));

    public Task<NamespaceInfo> NamespaceInfo(string ns) => _catalog.NamespaceInfo(Name(ns));

    public Task<Refusal?> DeleteNamespace(string ns) => _catalog.DeleteNamespace(Name(ns));

    public Task<Refusal?> DeleteCollection(string ns, string collection) => _catalog.DeleteCollection(Name(ns), collection);

    private static string Name(string ns) => ns.Length == 0 ? NameRules.DefaultNamespace : ns;
}
