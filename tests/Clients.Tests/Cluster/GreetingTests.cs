using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>A member that was started again listens where it did before, and is not taken for its earlier life.</summary>
[Collection(SiteCollection.Name)]
public sealed class GreetingTests(SiteServers servers)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Member_that_reaches_a_later_life_than_it_means_says_nothing_and_goes()
    {
        var database = await servers.NewDatabase();
        ServiceSetup[] setups = [servers.Member(database, "greeting"), servers.Member(database, "greeting")];
        await using var members = new Members(setups);
        await members.Start();
        using var later = new TcpListener(IPAddress.Loopback, int.Parse(setups[1].Options["Cluster:Port"], provider: null));

        // The other asks it whether it is there until it has given it up, and connects for that.
        await members.Kill(1);
        later.Start();
        using var limit = new CancellationTokenSource(Limit);
        using var connection = await later.AcceptTcpClientAsync(limit.Token);
        var generation = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(generation, int.MaxValue);
        await connection.GetStream().WriteAsync(generation, limit.Token);
        Assert.Equal(0, await connection.GetStream().ReadAsync(new byte[1], limit.Token));
        await members[0].WaitForLine("A later life of .* answers there", Limit);
    }
}
