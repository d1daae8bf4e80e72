using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>Two services over one database, by the names of their data (<c>Cluster:ServiceId</c>).</summary>
[Collection(SiteCollection.Name)]
public sealed class SharedDatabaseTests(SiteServer server)
{
    [Fact]
    public async Task Services_of_different_names_see_nothing_of_each_other()
    {
        var site = await SiteDatabase.Create(server);
        using var one = await StorageRows.Open(site, service: "one");
        using var other = await StorageRows.Open(site, service: "other");
        var etag = await one.Write("d0", bytes: 10);
        Assert.True((await other.Read("d0")).IsNone);
        Assert.Empty(await other.Rows.ListSaved(TestContext.Current.CancellationToken));
        await other.Write("d0", bytes: 20);
        Assert.Equal(10, (await one.Read("d0")).Payload.Length);
        await one.Write("d0", bytes: 30, etag);
        Assert.Equal(20, (await other.Read("d0")).Payload.Length);
    }
}
