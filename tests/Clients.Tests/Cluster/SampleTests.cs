using EdgeOrleans.Clients.Tests.Package;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>The sample as a client of a cluster that it finds through Redis.</summary>
[Collection(SiteCollection.Name)]
public sealed class SampleTests(SiteServers servers, PackedSample sample)
{
    private const string Id = "sample";

    [Fact]
    public async Task Client_goes_on_when_the_silo_it_talks_to_dies_and_loses_nothing()
    {
        var database = await servers.NewDatabase();
        await using var members = new Members(servers.Member(database, Id), servers.Member(database, Id));
        await members.Start();
        await using var client = sample.Begin($"redis={servers.Redis}", $"id={Id}", "seconds=300");
        await client.WaitForLine("list: cellar, hall, kitchen", TimeSpan.FromSeconds(30));
        await Writes(client);

        // Whichever it talks to is one of both.
        for (var i = 0; i < 2; i++)
        {
            await members.Kill(i);
            await Writes(client);
            await members.Start(i);
        }

        var exit = await client.Interrupt();
        TestContext.Current.TestOutputHelper?.WriteLine(exit.Output[^1]);
        Assert.True(exit.Code == 0, string.Join('\n', exit.Output.TakeLast(3).Concat(exit.Errors)));
        Assert.Matches("^acknowledged [0-9]+, failed [1-9][0-9]*, lost 0", exit.Output[^1]);
    }

    /// <summary>Waits until some more writes were acknowledged.</summary>
    private static async Task Writes(ServiceProcess client)
    {
        int Count() => client.Output.Count(static line => line.StartsWith("written:", StringComparison.Ordinal));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var begin = Count(); Count() < begin + 20;)
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
