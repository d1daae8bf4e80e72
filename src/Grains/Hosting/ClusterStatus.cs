using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains;

/// <summary>What a member of a cluster says of itself. It keeps nothing of its own, so its start finds nothing to recover.</summary>
internal sealed class ClusterStatus(
    StorageDurability storage, WriteBehindTarget target, DamageReport damage, MemoryBudget budget, HeapGauge heap, Readiness readiness, CatalogOpening catalog, ServiceClock clock)
    : IServiceStatus
{
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    /// <inheritdoc/>
    public string? WriteFault => FaultOf(storage);

    /// <inheritdoc/>
    public long RequestMemoryBytes => budget.RequestBytes;

    /// <inheritdoc/>
    public ValueTask<bool> MakeRoom(long bytes, CancellationToken ct) => heap.MakeRoom(bytes, ct);

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => [.. damage.Lines, .. target.Rows.Warnings];

    /// <inheritdoc/>
    public IReadOnlyList<ReadinessCheck> Checks => readiness.Look();

    /// <inheritdoc/>
    public StartRecovery Recovery => new()
    {
        StartedAt = _startedAt,
        IsFresh = false,
        Segments = 0,
        Frames = 0,
        Records = 0,
        TornTail = null,
        Damage = [],
        ClockFloor = null,
        IsClockAtFloor = false,
        Steps = catalog.Took is { } took ? [new RecoveryStep("open the catalog", took)] : [],
    };

    /// <summary>Why writes cannot be acknowledged now; <see langword="null"/> when they can.</summary>
    public static string? FaultOf(StorageDurability storage) =>
        storage.Breaker.Fault is null ? null : "The storage of the cluster does not take writes, reads go on; the log says why.";
}
