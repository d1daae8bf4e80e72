using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Catalog;

public sealed class CatalogGrainTests : IAsyncLifetime
{
    private readonly TestDevice _device = new() { Limits = new LimitsOptions { Collections = 6, Namespaces = 3, CollectionBytes = 64 * 1024 } };
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Collections_are_listed_in_byte_order_from_their_first_write()
    {
        foreach (var key in new[] { "b/\uFFFD", "b/\uD83D\uDE00", "b/a-", "b/a", "a-/x", "a/x" })
        {
            await _silo.Collection(key).Put("k", "1");
        }

        Assert.Equal(["a", "a-", "b"], await _silo.Catalog.ListNamespaces());
        Assert.Equal(["a", "a-", "\uFFFD", "\uD83D\uDE00"], await _silo.Catalog.ListCollections("b"));
        Assert.Empty(await _silo.Catalog.ListCollections("other"));
        await Restart();
        Assert.Equal(["a", "a-", "\uFFFD", "\uD83D\uDE00"], await _silo.Catalog.ListCollections("b"));
    }

    [Fact]
    public async Task Emptied_collection_stays_listed()
    {
        await _silo.Collection("a/x").Put("k", "1");
        await _silo.Collection("a/x").Do(Delete("k"));
        Assert.Equal(["x"], await _silo.Catalog.ListCollections("a"));
    }

    [Fact]
    public async Task Empty_namespace_means_the_default_one()
    {
        await _silo.Collection(CollectionKey.Join("", "x")).Put("k", "1");
        Assert.Equal(["x"], await _silo.Catalog.ListCollections(""));
        Assert.Null(await _silo.Catalog.DeleteCollection("", "x"));
        Assert.Empty(await _silo.Catalog.ListNamespaces());
    }

    [Fact]
    public async Task Info_of_a_namespace_adds_up_its_collections()
    {
        await _silo.Collection("a/x").Put("k", "123");
        await _silo.Collection("a/y").Put("kk", "1");
        await _silo.Collection("b/z").Put("k", "1");
        var info = await _silo.Catalog.NamespaceInfo("a");
        Assert.Equal(["x", "y"], info.Collections);
        Assert.Equal((2, 7), (info.KeyCount, info.Bytes));
        info = await _silo.Catalog.NamespaceInfo("other");
        Assert.Equal((0, 0, 0), (info.Collections.Length, info.KeyCount, info.Bytes));
    }

    [Fact]
    public async Task Limits_are_met_and_named()
    {
        await _silo.Collection("a/1").Put("k", "1");
        await _silo.Collection("b/1").Put("k", "1");
        await _silo.Collection("c/1").Put("k", "1");
        var refusal = (await _silo.Collection("d/1").Do(Set("k", "1"))).Refusal;
        Assert.Equal(RefusalCode.LimitReached, refusal?.Code);
        Assert.Contains("Limits:Namespaces", refusal!.Message, StringComparison.Ordinal);

        await _silo.Collection("c/2").Put("k", "1");
        await _silo.Collection("c/3").Put("k", "1");
        await _silo.Collection("c/4").Put("k", "1");
        refusal = (await _silo.Collection("c/5").Do(Set("k", "1"))).Refusal;
        Assert.Equal(RefusalCode.LimitReached, refusal?.Code);
        Assert.Contains("Limits:Collections", refusal!.Message, StringComparison.Ordinal);

        // What is there goes on, and room made is room again.
        await _silo.Collection("c/4").Put("k", "2");
        Assert.Null(await _silo.Catalog.DeleteNamespace("a"));
        await _silo.Collection("d/1").Put("k", "1");
        Assert.Equal(RefusalCode.LimitReached, (await _silo.Collection("e/1").Do(Set("k", "1"))).Refusal?.Code);
    }

    [Fact]
    public async Task Limit_holds_against_many_new_collections_at_once()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => _silo.Collection($"a/{i}").Do(Set("k", "1"))));
        Assert.Equal(6, results.Count(r => r.Refusal is null));
        Assert.All(results.Where(r => r.Refusal is not null), r => Assert.Equal(RefusalCode.LimitReached, r.Refusal!.Code));
        Assert.Equal(6, (await _silo.Catalog.ListCollections("a")).Length);
    }

    [Fact]
    public async Task New_collection_created_by_many_at_once_is_one()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _silo.Collection("a/x").Do(Set($"k{i}", "1"))));
        Assert.All(results, r => Assert.Null(r.Refusal));
        Assert.Equal(["x"], await _silo.Catalog.ListCollections("a"));
        Assert.Equal(50, (await _silo.Collection("a/x").Info()).KeyCount);
        Assert.Single((await _silo.Control("/").ReadSystem()).Keys);
    }

    [Fact]
    public async Task Collection_limit_is_met_to_the_byte_and_named()
    {
        var users = _silo.Collection("a/x");
        var operations = Enumerable.Range(0, 64).Select(i => Set($"key{i:d5}", $"\"{new string('v', 1014)}\"")).ToArray();
        Assert.All(await users.Do(false, operations), r => Assert.Null(r.Refusal));
        Assert.Equal(64 * 1024, (await users.Info()).Bytes);
        var refusal = (await users.Do(Set("k", "1"))).Refusal;
        Assert.Equal(RefusalCode.CollectionFull, refusal?.Code);
        Assert.Contains("Limits:CollectionBytes", refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.CollectionFull, (await users.Do(Set("key00000", $"\"{new string('v', 1015)}\""))).Refusal?.Code);
        Assert.Null((await users.Do(Set("key00000", $"\"{new string('w', 1014)}\""))).Refusal);

        // Room made in a batch is room for what comes after it there.
        var results = await users.Do(false, Set("new", "1"), Delete("key00001"), Set("new", "1"));
        Assert.Equal([RefusalCode.CollectionFull, null, null], results.Select(r => r.Refusal?.Code));
    }

    [Fact]
    public async Task Value_limit_is_met_to_the_byte_and_named()
    {
        var limit = _device.Limits.ValueBytes;
        var refusal = (await _silo.Collection("a/x").Do(Set("k", $"\"{new string('v', limit - 1)}\""))).Refusal;
        Assert.Equal(RefusalCode.ValueTooLarge, refusal?.Code);
        Assert.Contains("Limits:ValueBytes", refusal!.Message, StringComparison.Ordinal);
        Assert.Empty(await _silo.Catalog.ListNamespaces());
        Assert.Equal(RefusalCode.CollectionFull, (await _silo.Collection("a/x").Do(Set("k", $"\"{new string('v', limit - 2)}\""))).Refusal?.Code);
    }

    [Fact]
    public async Task Collection_with_entries_that_the_catalog_lost_is_listed_again_when_it_is_loaded()
    {
        await _silo.Collection("a/x").Put("k", "1");
        await _silo.Control("/").ApplySystem(new WriteBatch { Operations = [CatalogRecord.Unlisted("a/x")] }, reclaims: true);
        await Restart();
        Assert.Empty(await _silo.Catalog.ListNamespaces());
        Assert.Equal("1", await _silo.Collection("a/x").Read("k"));
        await Eventually.Holds(async () => (await _silo.Catalog.ListNamespaces()) is ["a"]);
    }


    private async Task Restart()
    {
        await _silo.DisposeAsync();
        _silo = await TestSilo.Start(_device);
    }
}
