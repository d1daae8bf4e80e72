using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>Two clusters that run over one database and one Redis.</summary>
[Collection(SiteCollection.Name)]
public sealed class SharedDatabaseTests(SiteServers servers)
{
    [Fact]
    public async Task Two_clusters_over_one_database_keep_their_data_apart()
    {
        var database = await servers.NewDatabase();
        var setup = (string name) => servers.Member(database, name).With("Cluster:ServiceId", name);
        await using var clusters = new Members(setup("north"), setup("south"));
        await clusters.Start();
        Assert.Equal(HttpStatusCode.Created, await clusters[0].Client.Set("c", "k", "\"north\""));
        Assert.Null(await clusters[1].Client.Get("c", "k"));
        Assert.Equal(HttpStatusCode.Created, await clusters[1].Client.Set("c", "k", "\"south\""));

        // What they find in storage, not what they have in memory.
        for (var i = 0; i < 2; i++)
        {
            await clusters.Kill(i);
            await clusters.Start(i);
        }

        Assert.Equal("\"north\"", await clusters[0].Client.Get("c", "k"));
        Assert.Equal("\"south\"", await clusters[1].Client.Get("c", "k"));
    }
}
