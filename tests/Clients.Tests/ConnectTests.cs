using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests;

/// <summary>How a client starts: it waits for a service for a while, and then says why it does not go on.</summary>
public sealed class ConnectTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // One try may begin when the limit is nearly over; then the client ends.
    private static readonly TimeSpan Bound = Limit + TimeSpan.FromSeconds(8);

    private readonly ServiceDirectory _directory = new();
    private readonly int _port = FreePort.Find();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Client_that_starts_before_its_service_connects_once_that_is_there()
    {
        var connecting = OrleansClient.Connect(_port, new KeyValueClientOptions { ConnectLimit = TimeSpan.FromMinutes(1) });
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await using var service = await Start();
        await using var client = await connecting;
        Assert.True(await client.Numbers.Set("k", 1) > 0);
    }

    [Fact]
    public async Task Service_that_hangs_ends_the_start_of_a_client_within_its_limit()
    {
        await using var service = await Start();
        service.Freeze();
        var begin = Stopwatch.StartNew();
        var fault = await Assert.ThrowsAsync<ConnectFailedException>(() => OrleansClient.Connect(_port, new KeyValueClientOptions { ConnectLimit = Limit }));
        Assert.InRange(begin.Elapsed, TimeSpan.Zero, Bound);
        Assert.Contains("timed out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_of_another_cluster_is_told_so()
    {
        await using var service = await Start();
        var fault = await Assert.ThrowsAsync<ConnectFailedException>(
            () => OrleansClient.Connect(_port, new KeyValueClientOptions { ClusterId = "elsewhere", ConnectLimit = Limit }));
        Assert.Contains("'elsewhere'", fault.Message, StringComparison.Ordinal);

        // Which of both sees first that the names differ is chance.
        Assert.Matches("names another cluster|Unexpected cluster id", fault.Message);
    }

    [Fact]
    public async Task Gateway_that_breaks_every_connection_off_may_have_refused_the_client()
    {
        using var gateway = new TcpListener(IPAddress.Loopback, _port);
        gateway.Start();
        var breaking = BreakOff(gateway);
        var fault = await Assert.ThrowsAsync<ConnectFailedException>(
            () => OrleansClient.Connect(_port, new KeyValueClientOptions { ConnectLimit = TimeSpan.FromSeconds(1) }));
        Assert.Contains("its log says so", fault.Message, StringComparison.Ordinal);
        gateway.Stop();
        await breaking;
    }

    [Fact]
    public async Task Client_knows_when_a_connection_to_its_gateway_has_ended()
    {
        await using var service = await Start();
        await using var client = await OrleansClient.Connect(_port);
        await client.Numbers.Set("k", 1);
        Assert.Equal(0, client.EndedConnections);

        await service.Kill();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (client.EndedConnections == 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Resets, as a gateway does that is done with a connection before it has read all of it.</summary>
    private static async Task BreakOff(TcpListener gateway)
    {
        try
        {
            while (true)
            {
                using var socket = await gateway.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
                socket.Close(timeout: 0);
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private Task<ServiceProcess> Start() =>
        ServiceProcess.Start(_directory, new ServiceSetup().With("Gateway:Port", _port.ToString(CultureInfo.InvariantCulture)));
}
