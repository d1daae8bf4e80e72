using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>Where the collections of a cluster are.</summary>
[Collection(SiteCollection.Name)]
public sealed class PlacementTests(SiteServers servers)
{
    private const int Collections = 10;
    private const string Gauge = "edgeorleans_collections_active";

    [Fact]
    public async Task Collection_is_at_the_member_where_it_was_first_asked_for_and_stays_there()
    {
        var database = await servers.NewDatabase();
        await using var members = new Members(servers.Member(database, "placement"), servers.Member(database, "placement"));
        await members.Start();
        var before = (await members.Figure(0, Gauge), await members.Figure(1, Gauge));
        foreach (var (asked, other) in new[] { (0, 1), (1, 0) })
        {
            for (var i = 0; i < Collections; i++)
            {
                Assert.Equal(HttpStatusCode.Created, await members[asked].Client.Set($"of-{asked}-{i}", "k", "1"));
                Assert.Equal("1", await members[other].Client.Get($"of-{asked}-{i}", "k"));
                Assert.Equal(HttpStatusCode.Created, await members[other].Client.Set($"of-{asked}-{i}", "k", "2"));
            }

            var expected = asked == 0 ? (before.Item1 + Collections, before.Item2) : (before.Item1 + Collections, before.Item2 + Collections);
            Assert.Equal(expected, (await members.Figure(0, Gauge), await members.Figure(1, Gauge)));
        }
    }
}
