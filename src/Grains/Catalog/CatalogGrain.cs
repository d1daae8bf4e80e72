using EdgeOrleans.Grains.Collections;
using Orleans.Concurrency;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>The catalog as a grain. Kept alive: every activation of a collection asks it.</summary>
[GrainType("catalog")]
[Reentrant]
[KeepAlive]
internal sealed class CatalogGrain(CollectionServices services, CatalogOpening opening) : Grain, ICatalogGrain, ICollectionRegistry, IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private CollectionCatalog _catalog = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _catalog = new CollectionCatalog(
            new GrainCollections(GrainFactory, Leave, _left.Token), services.Limits, services.Clock, services.Timeout, _left.Token);
        return Task.CompletedTask;
    }

    /// <summary>Deletes go on in the background, and the next activation goes on with them.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _left.CancelAsync();

    /// <summary>The activation has gone.</summary>
    public void Dispose() => _left.Dispose();

    public Task<Refusal?> Open() => _catalog.Open();

    public Task<Standing> Find(string collectionKey) => _catalog.Find(collectionKey);

    public Task<Refusal?> Register(string collectionKey) => _catalog.Register(collectionKey);

    public Task<string[]> ListNamespaces() => _catalog.ListNamespaces();

    public Task<string[]> ListCollections(string ns) => _catalog.ListCollections(Name(ns));

    public Task<NamespaceInfo> NamespaceInfo(string ns) => _catalog.NamespaceInfo(Name(ns));

    public Task<Refusal?> DeleteNamespace(string ns) => _catalog.DeleteNamespace(Name(ns));

    public Task<Refusal?> DeleteCollection(string ns, string collection) => _catalog.DeleteCollection(Name(ns), collection);

    /// <summary>What is in memory may not be what is stored, so the next activation reads it, also when nobody asks for it.</summary>
    private void Leave()
    {
        if (!_left.IsCancellationRequested)
        {
            _left.Cancel();
            DeactivateOnIdle();
            opening.Repeat();
        }
    }

    private static string Name(string ns) => ns.Length == 0 ? NameRules.DefaultNamespace : ns;
}
