using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Clients.Tests;

/// <summary>An Orleans client as the package configures it, with a static gateway.</summary>
internal sealed class OrleansClient : IAsyncDisposable
{
    private readonly IHost _host;

    private OrleansClient(IHost host) => _host = host;

    /// <summary>A collection of numbers.</summary>
    public KeyValueCollection<int> Numbers =>
        _host.Services.GetRequiredService<IClusterClient>().GetKeyValueCollection("default", "numbers", ValueJson.Default.Int32);

    /// <summary>A collection of texts.</summary>
    public KeyValueCollection<string> Texts(string name = "texts") =>
        _host.Services.GetRequiredService<IClusterClient>().GetKeyValueCollection("default", name, ValueJson.Default.String);

    /// <summary>How many connections to gateways have ended.</summary>
    public long EndedConnections => _host.Services.GetServices<IOutgoingGrainCallFilter>().OfType<CallRetries>().Single().Gateways!.Ended;

    /// <summary>Connects.</summary>
    public static async Task<OrleansClient> Connect(int port, KeyValueClientOptions? options = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseEdgeOrleans(options).UseStaticClustering(new IPEndPoint(IPAddress.Loopback, port)));
        var client = new OrleansClient(builder.Build());
        try
        {
            await client._host.StartAsync(TestContext.Current.CancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

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

/// <summary>How the values are written.</summary>
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
internal sealed partial class ValueJson : JsonSerializerContext;
