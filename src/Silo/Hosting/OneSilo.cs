using System.Net;
using EdgeOrleans.Silo.Configuration;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Orleans as a cluster of one in this process.</summary>
internal static class OneSilo
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

        // A silo alone need not watch which silos are long dead.
        silo.Configure<ClusterMembershipOptions>(static membership => membership.DefunctSiloCleanupPeriod = null);
        ReplaceListeners(silo.Services);
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
