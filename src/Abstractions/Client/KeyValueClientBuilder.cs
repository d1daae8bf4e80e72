using Orleans.Configuration;
using Orleans.Serialization;

namespace EdgeOrleans;

/// <summary>Configures an Orleans client of the service.</summary>
public static class KeyValueClientBuilder
{
    // Silo and client give up on a call at the same time; a write is answered sooner, with its outcome.
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    // A gateway that is gone is left out after so long, and one that is new is used.
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(10);

    // A machine without power answers nothing: the next gateway is tried after so long.
    private static readonly TimeSpan OpenConnectionTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Sets all but where the gateways are, and tries calls again that surely nobody carried out: beside it goes
    /// <c>UseStaticClustering</c> for a device, or a clustering provider such as <c>UseRedisClustering</c> of
    /// Microsoft.Orleans.Clustering.Redis for a cluster. Then <see cref="KeyValueGrains.GetKeyValueCollection"/>.
    /// </summary>
    /// <returns>The builder.</returns>
    public static IClientBuilder UseEdgeOrleans(this IClientBuilder client, KeyValueClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var settings = options ?? new KeyValueClientOptions();
        client.Services.AddSerializer(static serializer => serializer.AddAssembly(typeof(ICollectionGrain).Assembly));
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.ClusterId, settings.ServiceId));
        client.Configure<ClientMessagingOptions>(static messaging => messaging.ResponseTimeout = ResponseTimeout);
        client.Configure<GatewayOptions>(static gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
        client.Configure<ConnectionOptions>(static connections => connections.OpenConnectionTimeout = OpenConnectionTimeout);
        var gateways = new GatewayConnections();
        client.Configure<ClientConnectionOptions>(connections => connections.ConfigureConnection(connection => connection.Use(gateways.Watch)));
        client.AddOutgoingGrainCallFilter(new CallRetries(TimeProvider.System) { Gateways = gateways });
        client.UseConnectionRetryFilter(new ConnectionRetries(settings, TimeProvider.System));
        if (settings.Tls is { } files)
        {
            var tls = new ConnectionTls(files);
            client.Configure<ClientConnectionOptions>(connections => connections.ConfigureConnection(tls.UseClient));
        }

        return client;
    }
}
