using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace EdgeOrleans.Silo.Tests;

/// <summary>An Orleans client of the service, as another .NET service would be one: by static clustering, over a real socket.</summary>
internal sealed class ClusterClient : IAsyncDisposable
{
    private readonly IHost _host;

    private ClusterClient(IHost host) => _host = host;

    /// <summary>Where its grains come from.</summary>
    public IClusterClient Grains => _host.Services.GetRequiredService<IClusterClient>();

    /// <summary>Connects.</summary>
    /// <param name="port">The service's <c>Gateway:Port</c>.</param>
    /// <param name="responseTimeout">How long a call may take.</param>
    public static async Task<ClusterClient> Connect(int port, TimeSpan? responseTimeout = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseEdgeOrleans().UseStaticClustering(new IPEndPoint(IPAddress.Loopback, port));
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = responseTimeout ?? TimeSpan.FromSeconds(10));
            client.Configure<GatewayOptions>(static gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1));
        });
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new ClusterClient(host);
    }

    /// <summary>The grain of a collection.</summary>
    public ICollectionGrain Collection(string ns, string collection) =>
        Grains.GetGrain<ICollectionGrain>(CollectionKey.Join(ns, collection));

    public async ValueTask DisposeAsync()
    {
        // Its gateway may be gone.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _host.StopAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
        }

        _host.Dispose();
    }
}
