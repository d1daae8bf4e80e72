using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace EdgeOrleans.Grains;

/// <summary>Puts the grains and what they work with into a silo.</summary>
public static class GrainsHosting
{
    /// <summary>
    /// Adds collections, catalog, journal thread, service clock (as <see cref="TimeProvider"/> too) and <see cref="IServiceStatus"/>,
    /// which also asks the write-behind: add <see cref="SaveHosting.AddEdgeOrleansSaves"/> beside it.
    /// </summary>
    public static ISiloBuilder AddEdgeOrleansGrains(this ISiloBuilder silo, GrainsSetup setup)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(setup);
        var clock = new ServiceClock(setup.Journal.Recovery.ClockFloorMicros, setup.SystemClock, setup.ClockSource);
        setup.Journal.UseClock(clock);
        var budget = MemoryBudget.Of(setup.Memory.BudgetBytes);

        // By factories, because the container disposes of what it believes to have made, the thread before the journal.
        silo.Services
            .AddSingleton(_ => setup.Journal)
            .AddSingleton(services => new JournalThread(services.GetRequiredService<FlashJournal>()))
            .AddSingleton(clock)
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(budget)
            .AddSingleton(new ResidentCollections(budget.CollectionBytes, setup.SystemClock))
            .AddSingleton(new HeapGauge(budget, setup.SystemClock))
            .AddSingleton<DamageReport>()
            .AddSingleton<Readiness>()
            .AddHostedService(static services => services.GetRequiredService<Readiness>())
            .AddHostedService<ServiceGauges>()
            .AddSingleton<SlowFlushLog>()
            .AddSingleton<IServiceStatus, ServiceStatus>()
            .AddSingleton(setup.Targets)
            .AddSingleton(services => Services(services, setup))
            .AddSingleton<CatalogOpening>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static services => services.GetRequiredService<CatalogOpening>());
        silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(setup.Memory.IdleMinutes));
        return silo;
    }

    private static CollectionServices Services(IServiceProvider services, GrainsSetup setup)
    {
        var journal = services.GetRequiredService<FlashJournal>();
        journal.WatchFlushes(setup.SlowFlush, services.GetRequiredService<SlowFlushLog>().Report);
        services.GetRequiredService<JournalThread>();
        var damage = services.GetRequiredService<DamageReport>();
        damage.Report(journal.Recovery);
        var targets = services.GetRequiredService<IReadOnlyList<WriteBehindTarget>>();
        var clock = services.GetRequiredService<ServiceClock>();
        return new CollectionServices
        {
            Journal = journal,
            Clock = clock,
            Limits = setup.Limits,
            Timeout = TimeSpan.FromMilliseconds(setup.Writes.TimeoutMs),
            Recovery = new CollectionRecovery(
                journal, new CollectionLoader(targets[0]), clock, TaskScheduler.Default, damage),
            Targets = targets,
            Residents = services.GetRequiredService<ResidentCollections>(),
            Scheduler = TaskScheduler.Default,
        };
    }
}
