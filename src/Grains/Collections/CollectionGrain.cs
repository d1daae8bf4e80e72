using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.WriteBehind;
using Orleans.Concurrency;

namespace EdgeOrleans.Grains.Collections;

/// <summary>A collection as a grain. Reentrant, so that writes that wait for one flush wait together and reads pass them by.</summary>
[GrainType("collection")]
[Reentrant]
internal sealed class CollectionGrain(CollectionServices services) : Grain, ICollectionGrain, ICollectionControl, IDisposable
{
    // A storage that works takes what is pending in milliseconds. Longer would hold up a silo that stops.
    private static readonly TimeSpan FinishLimit = TimeSpan.FromSeconds(3);

    private Collection _collection = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _collection = new Collection(this.GetPrimaryKeyString(), services, new GrainRegistry(GrainFactory), Leave, DeactivateOnIdle);
        return Task.CompletedTask;
    }

    /// <summary>What is pending is finished first.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Now, because the next activation may come before this one is disposed of.
        _collection.CloseLocal();
        return _collection.Finish(FinishLimit);
    }

    /// <summary>The activation has gone.</summary>
    public void Dispose() => _collection?.Dispose();

    public ValueTask<Entry?> Get(string key) => _collection.CanRead ? new(_collection.Get(key)) : GetLater(key);

    public async ValueTask<Entry?> GetStrong(string key)
    {
        await _collection.MakeCurrent();
        return _collection.Get(key);
    }

    public Task<WriteResult[]> Apply(WriteBatch batch) => _collection.Apply(batch);

    public ValueTask<KeyPage> List(ListQuery query) =>
        _collection.CanRead && !query.IsStrong ? new(_collection.List(query)) : ListLater(query);

    public ValueTask<CollectionInfo> Info() => new(_collection.Info());

    public Task<VersionAnswer> Fence(long atLeast) => _collection.Fence(atLeast);

    public Task<ClearAnswer> Clear(long bound) => _collection.Clear(bound);

    public async Task<SaveResult> Save(int target)
    {
        var result = await _collection.Save(target);
        if (_collection.HasConflict)
        {
            DeactivateOnIdle();
        }

        return result;
    }

    public Task<LagAnswer> Lag(long since) => _collection.Lag(since);

    public async Task<SystemEntries> ReadSystem() =>
        await _collection.LoadSystem() is { } refusal ? new SystemEntries(refusal, [], [], []) : _collection.ReadSystem();

    public Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims) => _collection.ApplySystem(batch, reclaims);

    private void Leave() => GrainContext.Deactivate(
        new DeactivationReason(DeactivationReasonCode.HighMemoryPressure, "Others need the memory, and this one was used least recently."));

    private async ValueTask<Entry?> GetLater(string key)
    {
        await _collection.MakeReadable();
        return _collection.Get(key);
    }

    private async ValueTask<KeyPage> ListLater(ListQuery query)
    {
        await (query.IsStrong ? _collection.MakeCurrent() : _collection.MakeReadable());
        return _collection.List(query);
    }
}
