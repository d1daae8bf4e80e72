using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeOrleans.ServiceHarness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace EdgeOrleans.Silo.Tests;

/// <summary>Other .NET services as Orleans clients, through the gateway port and real sockets.</summary>
public sealed class GatewayTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Client_calls_every_method_of_the_public_grains()
    {
        var port = FreePort.Find();
        await using var service = await ServiceProcess.Start(
            _directory, new ServiceSetup().With("Gateway:Port", port.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(new[] { port, service.Address.Port }.Order(), ListeningSockets.PortsOf(service.Id).Order());

        using var host = Client(port);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var grains = host.Services.GetRequiredService<IClusterClient>();
        var users = grains.GetGrain<ICollectionGrain>(CollectionKey.Join("shop", "users"));
        var written = await users.Apply(new WriteBatch
        {
            Operations =
            [
                new Operation { Kind = OperationKind.Set, Key = "u1", Value = Encoding.UTF8.GetBytes("{\"n\":1}") },
                new Operation { Kind = OperationKind.Delete, Key = "u2" },
                new Operation { Kind = OperationKind.Set, Key = "", Value = Encoding.UTF8.GetBytes("1") },
            ],
        });
        Assert.Null(written[0].Refusal);
        Assert.Null(written[1].Refusal);
        Assert.Equal(RefusalCode.InvalidParams, written[2].Refusal!.Code);
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString((await users.Get("u1"))!.Value.Span));
        Assert.Equal("{\"n\":1}", await FromHttp(service));
        Assert.Null(await users.Get("u2"));
        Assert.Equal(["u1"], (await users.List(new ListQuery())).Keys);
        Assert.Equal(1, (await users.Info()).KeyCount);
        await Assert.ThrowsAsync<RefusedException>(async () => await users.List(new ListQuery { Limit = 0 }));

        var catalog = grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);
        Assert.Equal(["shop"], await catalog.ListNamespaces());
        Assert.Equal(["users"], await catalog.ListCollections("shop"));
        Assert.Equal(1, (await catalog.NamespaceInfo("shop")).KeyCount);
        Assert.Null(await catalog.DeleteCollection("shop", "users"));
        Assert.Null(await catalog.DeleteNamespace("shop"));
        Assert.Empty(await catalog.ListNamespaces());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Taken_port_ends_it_with_5()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        var exit = await ServiceProcess.RunToExit(_directory, new ServiceSetup().With("Gateway:Port", port));
        Assert.Equal((int)ExitCode.AddressUnavailable, exit.Code);
        Assert.Contains($"127.0.0.1:{port} (Gateway:Port)", Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.Empty(exit.Output);
    }

    [Fact]
    public async Task Port_open_to_others_is_warned_of()
    {
        var setup = new ServiceSetup().With("Gateway:Port", FreePort.Find().ToString(CultureInfo.InvariantCulture)).With("Gateway:Address", "0.0.0.0");
        await using var service = await ServiceProcess.Start(_directory, setup);
        await service.WaitForLine("Gateway:Port is open to other machines", TimeSpan.FromSeconds(5));
    }

    private static async Task<string> FromHttp(ServiceProcess service)
    {
        var entry = await service.Client.GetStringAsync(new Uri("/api/v1/kv/shop/users/u1", UriKind.Relative), TestContext.Current.CancellationToken);
        using var json = System.Text.Json.JsonDocument.Parse(entry);
        return json.RootElement.GetProperty("value").GetRawText();
    }

    private static IHost Client(int port)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, port));
            client.Configure<ClusterOptions>(static cluster => cluster.ClusterId = cluster.ServiceId = "edgeorleans");
        });
        return builder.Build();
    }
}
