using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Cluster;

/// <summary>Two servers that know nothing of each other have one collection: what one acknowledged the other does not undo.</summary>
public sealed class OvertakenTests
{
    private readonly TestRows _rows = new();

    [Fact]
    public async Task Server_that_was_overtaken_makes_nothing_and_goes_on_from_what_is_there()
    {
        await using var one = await TestMember.Start(_rows);
        await using var other = await TestMember.Start(_rows);
        var (here, there) = (one.Collection("ns/c"), other.Collection("ns/c"));
        await here.Put("k", "1");
        Assert.Equal("1", await there.Read("k"));
        await Insist(there, "l", "2");

        var overtaken = await here.Do(Set("k", "3"));

        Assert.Equal(RefusalCode.Overtaken, overtaken.Refusal!.Code);
        Assert.Equal(("1", "2"), (await here.Read("k"), await here.Read("l")));
        await here.Put("k", "4");
        Assert.Equal(RefusalCode.Overtaken, (await there.Do(Set("l", "5"))).Refusal!.Code);
        Assert.Equal(("4", "2"), (await there.Read("k"), await there.Read("l")));
    }

    [Fact]
    public async Task Strong_read_shows_what_another_server_has_acknowledged()
    {
        await using var one = await TestMember.Start(_rows);
        await using var other = await TestMember.Start(_rows);
        var (here, there) = (one.Collection("ns/c"), other.Collection("ns/c"));
        await here.Put("k", "1");
        await Insist(there, "k", "2");

        Assert.Equal("1", await here.Read("k"));
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await here.GetStrong("k"));
        Assert.Equal(RefusalCode.Overtaken, refused.Refusal.Code);
        Assert.Equal("2", System.Text.Encoding.UTF8.GetString((await here.GetStrong("k"))!.Value.Span));
        await Insist(there, "l", "3");
        await Assert.ThrowsAsync<RefusedException>(async () => await here.List(new ListQuery { IsStrong = true }));
        Assert.Equal(2, (await here.List(new ListQuery { IsStrong = true })).Total);
    }

    [Fact]
    public async Task Answer_that_changes_nothing_rests_on_no_stale_state()
    {
        await using var one = await TestMember.Start(_rows);
        await using var other = await TestMember.Start(_rows);
        var (here, there) = (one.Collection("ns/c"), other.Collection("ns/c"));
        await here.Put("k", "1");
        await Insist(there, "l", "2");

        var delete = await here.Do(Delete("l"));

        Assert.Equal(RefusalCode.Overtaken, delete.Refusal!.Code);
        Assert.True((await here.Do(Delete("l"))).Existed);
        await Insist(there, "m", "1");
        Assert.Equal(RefusalCode.Overtaken, (await here.Do(Set("m", "2", PreconditionKind.Exists))).Refusal!.Code);
        Assert.Null((await here.Do(Set("m", "2", PreconditionKind.Exists))).Refusal);
    }

    [Fact]
    public async Task Delete_of_a_collection_removes_what_another_server_has_acknowledged_before()
    {
        await using var one = await TestMember.Start(_rows);
        var here = one.Collection("ns/c");
        await here.Put("k", "1");
        await here.Do(Delete("k"));
        await using var other = await TestMember.Start(_rows);
        await Insist(other.Collection("ns/c"), "l", "2");

        for (var tries = 0; await one.Catalog.DeleteCollection("ns", "c") is not null; tries++)
        {
            Assert.True(tries < 20, "the delete does not come to its end");
            await Task.Delay(100);
        }

        await using var third = await TestMember.Start(_rows);
        Assert.Null(await third.Collection("ns/c").Read("l"));
        Assert.Empty(await third.Catalog.ListCollections("ns"));
    }

    [Fact]
    public async Task Catalog_that_was_overtaken_lists_what_both_servers_have()
    {
        await using var one = await TestMember.Start(_rows);
        await using var other = await TestMember.Start(_rows);
        await one.Collection("ns/a").Put("k", "1");

        Assert.Equal(RefusalCode.Overtaken, (await other.Collection("ns/b").Do(Set("k", "1"))).Refusal!.Code);
        await Insist(other.Collection("ns/b"), "k", "1");

        Assert.Equal(["a", "b"], await other.Catalog.ListCollections("ns"));
        Assert.Equal("1", await other.Collection("ns/a").Read("k"));
    }

    /// <summary>A gateway asks again where nothing was done: the catalog may have been overtaken, too.</summary>
    internal static async Task Insist(ICollectionGrain collection, string key, string value)
    {
        for (var tries = 0; (await collection.Do(Set(key, value))).Refusal is { } refusal; tries++)
        {
            Assert.Equal(RefusalCode.Overtaken, refusal.Code);
            Assert.True(tries < 50, "it is overtaken again and again");
            await Task.Delay(20);
        }
    }
}
