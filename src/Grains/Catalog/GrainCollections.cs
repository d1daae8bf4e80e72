using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>Collections as grains.</summary>
/// <param name="grains">Where they are.</param>
/// <param name="overtaken">Called when the catalog's collection was written by somebody else: what the catalog has in memory is not current.</param>
internal sealed class GrainCollections(IGrainFactory grains, Action overtaken) : ICollections
{
    public Task<VersionAnswer> Fence(string collectionKey, long atLeast) => Control(collectionKey).Fence(atLeast);

    public Task<ClearAnswer> Clear(string collectionKey, long bound) => Control(collectionKey).Clear(bound);

    public Task<CollectionInfo> Info(string collectionKey) => grains.GetGrain<ICollectionGrain>(collectionKey).Info().AsTask();

    public Task<SystemEntries> ReadSystem() => Control(Collection.SystemKey).ReadSystem();

    public async Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims)
    {
        var results = await Control(Collection.SystemKey).ApplySystem(batch, reclaims);
        if (Array.Exists(results, static result => result.Refusal is { Code: RefusalCode.Overtaken }))
        {
            overtaken();
        }

        return results;
    }

    private ICollectionControl Control(string collectionKey) => grains.GetGrain<ICollectionControl>(collectionKey);
}
