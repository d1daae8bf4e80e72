using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>Collections as grains.</summary>
internal sealed class GrainCollections(IGrainFactory grains) : ICollections
{
    public Task<VersionAnswer> Fence(string collectionKey, long atLeast) => Control(collectionKey).Fence(atLeast);

    public Task<ClearAnswer> Clear(string collectionKey, long bound) => Control(collectionKey).Clear(bound);

    public Task<CollectionInfo> Info(string collectionKey) => grains.GetGrain<ICollectionGrain>(collectionKey).Info().AsTask();

    public Task<SystemEntries> ReadSystem() => Control(Collection.SystemKey).ReadSystem();

    public Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims) => Control(Collection.SystemKey).ApplySystem(batch, reclaims);

    private ICollectionControl Control(string collectionKey) => grains.GetGrain<ICollectionControl>(collectionKey);
}
