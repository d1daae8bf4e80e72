using System.Net;
using System.Runtime.CompilerServices;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Native;
using EdgeOrleans.Silo.Telemetry;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Orleans as a cluster of one in this process.</summary>
internal static class SiloSetup
{
    /// <summary>What Orleans clients must name as cluster and service.</summary>
    public const string ClusterName = "edgeorleans";

    // Orleans refuses 0; nothing is ever bound there.
    private static readonly IPEndPoint SiloEndpoint = new(IPAddress.Loopback, 11_111);

    /// <summary>Configures the silo.</summary>
    public static void UseOneSilo(this ISiloBuilder silo, ServiceOptions options)
    {
        silo.Services.AddSingleton<IMembershipTable, ProcessMembership>();
        silo.Configure<ClusterOptions>(static cluster => cluster.ClusterId = cluster.ServiceId = ClusterName);
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = SiloEndpoint.Address;
            endpoints.SiloPort = SiloEndpoint.Port;
            endpoints.GatewayPort = options.Gateway?.Port ?? 0;
            endpoints.GatewayListeningEndpoint = options.Gateway;
        });
        ReplaceListeners(silo.Services);

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

        // What a cluster watches and a silo alone need not: who is loaded least, and which silos are long dead.
        silo.Services.AddSingleton<PlacementStrategy, PreferLocalPlacement>();
        silo.Configure<DeploymentLoadPublisherOptions>(static load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromHours(1));
        silo.Configure<ClusterMembershipOptions>(static membership => membership.DefunctSiloCleanupPeriod = null);
    }

    private static void ReplaceListeners(IServiceCollection services)
    {
        // Orleans keys them by private objects, one for silos and one for the gateway: both are wrapped, and told apart by endpoint.
        var registered = services
            .Where(static service => service.IsKeyedService && service.ServiceType == typeof(IConnectionListenerFactory))
            .ToArray();
        if (registered.Length == 0)
        {
            throw new InvalidOperationException("Orleans registers no listener to replace, so its port for silos would be open.");
        }

        foreach (var original in registered)
        {
            var create = original.KeyedImplementationFactory!;
            services.Remove(original);
            services.AddKeyedSingleton<IConnectionListenerFactory>(
                original.ServiceKey,
                (provider, key) => new SiloListeners(SiloEndpoint, () => (IConnectionListenerFactory)create(provider, key)));
        }
    }
}
