using System.Runtime.CompilerServices;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Native;
using EdgeOrleans.Silo.Telemetry;
using Orleans.Configuration;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Orleans, as it is configured on a device and in a cluster alike.</summary>
internal static class SiloSetup
{
    /// <summary>Configures the silo.</summary>
    public static void UseSilo(this ISiloBuilder silo, ServiceOptions options)
    {
        // Longer than a write may wait for flash, so that its own refusal arrives first.
        silo.Configure<SiloMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(10));

        // Two tables for a million grains, 19 MB, are made at start by default. The catalog's grain is one more than there can be collections.
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = options.Limits.Collections + 1);

        silo.Configure<SchedulingOptions>(scheduling => scheduling.TurnWarningLengthThreshold = options.SlowTurn);
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            silo.Services.AddHostedService(services => new SlowTurnLog(
                options.SlowTurn, TimeProvider.System, services.GetRequiredService<ILogger<SlowTurnLog>>()));
        }

        silo.AddTraces(options.TracesEndpoint);

        // A collection is where it is asked for, so nobody needs to know which silo is loaded least.
        silo.Services.AddSingleton<PlacementStrategy, PreferLocalPlacement>();
        silo.Configure<DeploymentLoadPublisherOptions>(static load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromHours(1));
    }
}
