using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains;

/// <summary>Puts the grains into a silo that is a member of a cluster: no journal, and a write is acknowledged when the storage has it.</summary>
public static class ClusterHosting
{
    // As much as a device lets wait for its card. Two of the longest values fit in any case.
    private const long MaxPendingBytes = 8 * 1024 * 1024;

    /// <summary>
    /// Adds collections, catalog, service clock (as <see cref="TimeProvider"/> too), <see cref="IServiceStatus"/> and
    /// <see cref="ISyncStatus"/>. What else must be so before requests are sent here is added as <see cref="ReadinessLook"/>.
    /// </summary>
    public static ISiloBuilder AddEdgeOrleansClusterGrains(this ISiloBuilder silo, ClusterGrainsSetup setup)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(setup);
        var clock = new ServiceClock(floorMicros: 0, setup.SystemClock, setup.ClockSource);
        silo.AddCollections(setup.Limits, setup.Writes, setup.Memory, clock, setup.SystemClock);
        silo.Services
            .AddSingleton(services => new SharedStorage(setup.Storage(services)))
            .AddSingleton(Breaker)
            .AddSingleton(services => Target(services, setup.Connections))
            .AddSingleton<IReadOnlyList<WriteBehindTarget>>(static services => [services.GetRequiredService<WriteBehindTarget>()])
            .AddSingleton(services => new StorageDurability(
                services.GetRequiredService<WriteBehindTarget>(),
                services.GetRequiredService<StorageBreaker>(),
                Math.Max(MaxPendingBytes, 2L * setup.Limits.ValueBytes),
                clock,
                TaskScheduler.Default))
            .AddSingleton<IDurability>(static services => services.GetRequiredService<StorageDurability>())
            .AddSingleton(static services => new ReadinessLook("storage", () => ClusterStatus.FaultOf(services.GetRequiredService<StorageDurability>())))
            .AddSingleton<IServiceStatus, ClusterStatus>()
            .AddSingleton<ISyncStatus, NoSync>()
            .AddHostedService<ClusterGauges>();
        return silo;
    }

    private static StorageBreaker Breaker(IServiceProvider services) => new(
        services.GetRequiredService<SharedStorage>().Given.Rows,
        services.GetRequiredService<ServiceClock>(),
        TaskScheduler.Default,
        services.GetRequiredService<ILogger<StorageBreaker>>());

    private static WriteBehindTarget Target(IServiceProvider services, int connections)
    {
        var given = services.GetRequiredService<SharedStorage>().Given;
        var rows = new GuardedRows(given.Rows, services.GetRequiredService<StorageBreaker>(), services.GetRequiredService<ServiceClock>(), new SemaphoreSlim(connections));
        return new WriteBehindTarget(given.Name, rows, isPrimary: true, TimeSpan.Zero)
        {
            TakesEveryWrite = true,
            SlotCount = RowName.ClusterSlotCount,

            // With one more value of up to 64 KiB a row fits 256 KiB: the driver reads it into pooled memory, whose next size is twice that.
            ChunkBytes = 192 * 1024,
            
            // More would queue behind themselves.
            ReadsAtOnce = connections,
        };
    }

    /// <summary>The storage as it was given, made once.</summary>
    private sealed record SharedStorage(WriteBehindTarget Given);
}
