using System.Diagnostics;
using System.Globalization;
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

    private Task<ServiceProcess> Start() =>
        ServiceProcess.Start(_directory, new ServiceSetup().With("Gateway:Port", _port.ToString(CultureInfo.InvariantCulture)));
}
