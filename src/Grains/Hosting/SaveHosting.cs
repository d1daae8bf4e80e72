using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains;

/// <summary>Puts the write-behind's pump beside the grains whose collections it saves.</summary>
public static class SaveHosting
{
    /// <summary>Adds the scheduler and its service, which runs from the silo's start to its stop.</summary>
    public static ISiloBuilder AddEdgeOrleansSaves(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services
            .AddSingleton(Scheduler)
            .AddSingleton<ISyncStatus, SyncStatus>()
            .AddSingleton<SaveService>()
            .AddHostedService(static services => services.GetRequiredService<SaveService>());
        return silo;
    }

    /// <summary>The scheduler alone, with nobody to drive it.</summary>
    internal static SaveScheduler Scheduler(IServiceProvider services)
    {
        var grains = services.GetRequiredService<IGrainFactory>();
        GrainReference? first = null;
        return new SaveScheduler(
            services.GetRequiredService<FlashJournal>(),
            services.GetRequiredService<IReadOnlyList<WriteBehindTarget>>(),
            (key, target) =>
            {
                // To make one of a type Orleans looks up the type's attributes, which in the native edition takes as long as to write a row.
                first ??= (GrainReference)grains.GetGrain<ICollectionControl>(key);
                var control = (ICollectionControl)grains.GetGrain(GrainId.Create(first.GrainId.Type, key), first.InterfaceType);
                return control.Save(target);
            },
            services.GetRequiredService<ServiceClock>(),
            Random.Shared,
            services.GetRequiredService<ILogger<SaveScheduler>>());
    }
}
