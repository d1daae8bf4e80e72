using System.Globalization;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>A member that stops while clients of another use its collections.</summary>
[Collection(SiteCollection.Name)]
public sealed class StoppingTests(SiteServers servers)
{
    private const string Cluster = "stopping";
    private const string Activations = "edgeorleans_collections_activations_total";
    private const int Users = 32;

    [Fact]
    public async Task Member_that_stops_costs_Orleans_clients_of_another_no_error()
    {
        var database = await servers.NewDatabase();
        await using var members = new Members(servers.Member(database, Cluster), servers.Member(database, Cluster));
        await members.Start();
        await Task.WhenAll(Enumerable.Range(0, Users).Select(user => members[1].Client.MustSet(Collection(user), "k", "\"0\"")));
        await using var client = await OrleansClient.Connect(members.GatewayOf(0), new KeyValueClientOptions { ClusterId = Cluster });
        using var end = new CancellationTokenSource();
        var users = Enumerable.Range(0, Users).Select(user => Task.Run(() => Use(client.Texts(Collection(user)), end.Token))).ToArray();

        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.True(await members.Figure(1, Activations) >= Users, "The collections are not where they were made.");
        var exit = await members[1].Stop();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await end.CancelAsync();
        var writes = await Task.WhenAll(users);

        Assert.Equal(0, exit.Code);
        Assert.All(writes, static made => Assert.True(made > 1));
    }

    private static string Collection(int user) => string.Create(CultureInfo.InvariantCulture, $"c-{user}");

    /// <summary>Writes and reads one key until the end.</summary>
    /// <returns>How often.</returns>
    private static async Task<int> Use(KeyValueCollection<string> collection, CancellationToken end)
    {
        var made = 0;
        while (!end.IsCancellationRequested)
        {
            var value = (++made).ToString(CultureInfo.InvariantCulture);
            await collection.Set("k", value);
            Assert.Equal(value, (await collection.Get("k"))!.Value);
        }

        return made;
    }
}
