using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using Microsoft.Extensions.DependencyInjection;

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
        silo.AddCollections(setup.Limits, setup.Writes, setup.Memory, clock, setup.SystemClock);

        // By factories, because the container disposes of what it believes to have made, the thread before the journal.
        silo.Services
            .AddSingleton(_ => setup.Journal)
            .AddSingleton(services => new JournalThread(services.GetRequiredService<FlashJournal>()))
            .AddSingleton(static services => new ReadinessLook("journal", () => JournalFaults.Of(services.GetRequiredService<FlashJournal>())))
            .AddHostedService<DeviceGauges>()
            .AddSingleton<SlowFlushLog>()
            .AddSingleton<IServiceStatus, ServiceStatus>()
            .AddSingleton(setup.Targets)
            .AddSingleton<IDurability>(services => Durability(services, setup));
        return silo;
    }

    private static JournalDurability Durability(IServiceProvider services, GrainsSetup setup)
    {
        var journal = services.GetRequiredService<FlashJournal>();
        journal.WatchFlushes(setup.SlowFlush, services.GetRequiredService<SlowFlushLog>().Report);
        services.GetRequiredService<JournalThread>();
        var damage = services.GetRequiredService<DamageReport>();
        damage.Report(journal.Recovery);
        var targets = services.GetRequiredService<IReadOnlyList<WriteBehindTarget>>();
        return new JournalDurability(
            journal, new CollectionLoader(targets[0]), services.GetRequiredService<ServiceClock>(), TaskScheduler.Default, damage);
    }
}
