namespace EdgeOrleans.Grains;

/// <summary>A member of a cluster mirrors nothing: what it holds is in the cluster's storage.</summary>
internal sealed class NoSync : ISyncStatus
{
    public Task<IReadOnlyList<SyncTarget>> Read(CancellationToken ct) => Task.FromResult<IReadOnlyList<SyncTarget>>([]);
}
