using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>Collections as grains.</summary>
/// <param name="grains">Where they are.</param>
/// <param name="doubted">
/// Called when what the catalog has in memory may not be what is stored: somebody else has written its collection, or what became of a write
/// of its own is not known.
/// </param>
/// <param name="left">Cancelled when the catalog has left: it writes nothing any more, because there is another one.</param>
internal sealed class GrainCollections(IGrainFactory grains, Action doubted, CancellationToken left) : ICollections
{
    public Task<VersionAnswer> Fence(string collectionKey, long atLeast) =>
        left.IsCancellationRequested ? Task.FromResult(new VersionAnswer(Refusals.Left, 0)) : Control(collectionKey).Fence(atLeast);

    public Task<ClearAnswer> Clear(string collectionKey, long bound) =>
        left.IsCancellationRequested ? Task.FromResult(new ClearAnswer(Refusals.Left, false)) : Control(collectionKey).Clear(bound);

    public Task<CollectionInfo> Info(string collectionKey) => grains.GetGrain<ICollectionGrain>(collectionKey).Info().AsTask();

    public Task<SystemEntries> ReadSystem() => Control(Collection.SystemKey).ReadSystem();

    public async Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims)
    {
        if (left.IsCancellationRequested)
        {
            return Refusals.All(batch.Operations.Length, Refusals.Left);
        }

        try
        {
            var results = await Control(Collection.SystemKey).ApplySystem(batch, reclaims);
            if (Array.Exists(results, static result => result.Refusal is { Code: RefusalCode.Overtaken }))
            {
                doubted();
            }

            return results;
        }
        catch (Exception)
        {
            doubted();
            throw;
        }
    }

    private ICollectionControl Control(string collectionKey) => grains.GetGrain<ICollectionControl>(collectionKey);
}
