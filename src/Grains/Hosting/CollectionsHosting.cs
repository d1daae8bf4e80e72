using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace EdgeOrleans.Grains;

/// <summary>What collections and the catalog need in a silo, however they become durable: an <see cref="IDurability"/> and the targets are added beside it.</summary>
internal static class CollectionsHosting
{
    /// <summary>Adds it.</summary>
    public static void AddCollections(
        this ISiloBuilder silo, LimitsOptions limits, WritesOptions writes, MemoryOptions memory, ServiceClock clock, TimeProvider systemClock)
    {
        var budget = MemoryBudget.Of(memory.BudgetBytes);
        silo.Services
            .AddSingleton(clock)
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(budget)
            .AddSingleton(new ResidentCollections(budget.CollectionBytes, systemClock, HeapShare.Of(budget, systemClock)))
            .AddSingleton<LocalCollections>()
            .AddSingleton<ILocalCollections>(static services => services.GetRequiredService<LocalCollections>())
            .AddSingleton(new HeapGauge(budget, systemClock))
            .AddSingleton<DamageReport>()
            .AddSingleton(static services => new ReadinessLook("recovered", () => services.GetRequiredService<CatalogOpening>().Fault))
            .AddSingleton(static services => ClusterLook(services.GetRequiredService<ISiloStatusOracle>()))
            .AddSingleton<Readiness>()
            .AddHostedService(static services => services.GetRequiredService<Readiness>())
            .AddHostedService<CollectionGauges>()
            .AddSingleton(services => new CollectionServices
            {
                Durability = services.GetRequiredService<IDurability>(),
                Clock = clock,
                Limits = limits,
                Timeout = TimeSpan.FromMilliseconds(writes.TimeoutMs),
                Targets = services.GetRequiredService<IReadOnlyList<WriteBehindTarget>>(),
                Residents = services.GetRequiredService<ResidentCollections>(),
                Local = services.GetRequiredService<LocalCollections>(),
                Member = services.GetService<IClusterMember>(),
                Scheduler = TaskScheduler.Default,
            })
            .AddSingleton<CatalogOpening>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static services => services.GetRequiredService<CatalogOpening>());
        silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(memory.IdleMinutes));
    }

    private static ReadinessLook ClusterLook(ISiloStatusOracle silo) => new(
        "cluster", () => silo.CurrentStatus == SiloStatus.Active ? null : $"This silo is not an active member of its cluster but {silo.CurrentStatus}.");
}
