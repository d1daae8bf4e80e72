using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Catalog;

public sealed class CatalogDeleteTests : IAsyncLifetime
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
    public async Task Deleting_what_is_not_there_creates_nothing()
    {
        Assert.Null(await _silo.Catalog.DeleteNamespace("a"));
        Assert.Null(await _silo.Catalog.DeleteCollection("a", "x"));
        Assert.Null(await _silo.Catalog.DeleteCollection("a", ""));
        Assert.Equal(0, _silo.Journal.OwnerOf("/").LastSequence);
        Assert.Equal(0, _silo.Journal.OwnerOf("a/x").LastSequence);
    }

    [Fact]
    public async Task Deleted_collection_is_gone_alone_and_can_be_made_again()
    {
        await _silo.Collection("a/x").Put("k", "1");
        await _silo.Collection("a/y").Put("k", "1");
        var version = (await _silo.Collection("a/x").Get("k"))!.Version;
        Assert.Null(await _silo.Catalog.DeleteCollection("a", "x"));
        Assert.Equal(["y"], await _silo.Catalog.ListCollections("a"));
        Assert.Null(await _silo.Collection("a/x").Read("k"));
        Assert.Equal("1", await _silo.Collection("a/y").Read("k"));
        await Restart();
        Assert.Null(await _silo.Collection("a/x").Read("k"));
        Assert.Equal(["y"], await _silo.Catalog.ListCollections("a"));

        Assert.True(await _silo.Collection("a/x").Put("k2", "2") > version);
        Assert.Equal(["x", "y"], await _silo.Catalog.ListCollections("a"));
        await Restart();
        Assert.Equal(["k2"], (await _silo.Collection("a/x").List(new ListQuery())).Keys);
        Assert.Equal(["x", "y"], await _silo.Catalog.ListCollections("a"));
    }

    [Fact]
    public async Task Deleted_collection_that_is_saved_and_not_loaded_is_cleared_without_reading_its_entries()
    {
        await _silo.SaveAsChunks("a/x");
        await _silo.Deactivate();
        _device.Rows.Forget();
        await _silo.Collection("a/x").Read("k1");
        Assert.Contains(_device.Rows.Reads, r => r.Collection == "a/x" && r.Row.StartsWith('s'));

        await _silo.Deactivate();
        _device.Rows.Forget();
        Assert.Null(await _silo.Catalog.DeleteNamespace("a"));
        Assert.DoesNotContain(_device.Rows.Reads, r => r.Collection == "a/x" && r.Row.StartsWith('s'));
        Assert.Empty((await _silo.Collection("a/x").List(new ListQuery())).Keys);

        await _silo.Collection("a/x").Put("new", "1");
        await _silo.Control("a/x").Save(0);
        _silo.Journal.Trim(_silo.Journal.OwnerOf("a/x"), _silo.Journal.OwnerOf("a/x").LastSequence);
        await Restart();
        Assert.Equal(["new"], (await _silo.Collection("a/x").List(new ListQuery())).Keys);
    }

    [Fact]
    public async Task Delete_with_the_flush_held_is_not_shown_before_it_is_durable()
    {
        await _silo.Collection("a/x").Put("k", "1");
        _silo.Disk.Hold();
        var delete = _silo.Catalog.DeleteNamespace("a");
        await Task.Delay(100);
        Assert.False(delete.IsCompleted);
        Assert.Equal("1", await _silo.Collection("a/x").Read("k"));
        Assert.Equal(["a"], await _silo.Catalog.ListNamespaces());
        _silo.Disk.Release();
        Assert.Null(await delete);
        Assert.Null(await _silo.Collection("a/x").Read("k"));
        Assert.Empty(await _silo.Catalog.ListNamespaces());
    }

    [Fact]
    public async Task Write_made_while_the_intent_is_written_down_keeps_its_collection_listed()
    {
        await _silo.Collection("a/x").Put("old", "1");
        await _silo.Collection("a/y").Put("old", "1");
        var sequence = _silo.Journal.OwnerOf("/").LastSequence;
        _silo.Disk.Hold();
        var delete = _silo.Catalog.DeleteNamespace("a");
        await Eventually.Holds(() => Task.FromResult(_silo.Journal.OwnerOf("/").LastSequence > sequence));
        var put = _silo.Collection("a/x").Put("new", "1");
        await Eventually.Holds(() => Task.FromResult(_silo.Journal.OwnerOf("a/x").LastSequence == 2));
        _silo.Disk.Release();
        await put;
        Assert.Null(await delete);
        for (var restarted = false; ; restarted = true)
        {
            Assert.Equal(["x"], await _silo.Catalog.ListCollections("a"));
            Assert.Equal(["new"], (await _silo.Collection("a/x").List(new ListQuery())).Keys);
            Assert.Empty((await _silo.Collection("a/y").List(new ListQuery())).Keys);
            if (restarted)
            {
                break;
            }

            await Restart();
        }
    }

    [Fact]
    public async Task Collection_that_is_only_read_while_it_is_deleted_is_not_kept()
    {
        await _silo.Collection("a/x").Put("k", "1");
        await _silo.Control("a/x").Save(0);
        _silo.Journal.Trim(_silo.Journal.OwnerOf("a/x"), 1);
        await _silo.Deactivate();
        var sequence = _silo.Journal.OwnerOf("/").LastSequence;
        _silo.Disk.Hold();
        var delete = _silo.Catalog.DeleteNamespace("a");
        await Eventually.Holds(() => Task.FromResult(_silo.Journal.OwnerOf("/").LastSequence > sequence));
        Assert.Equal("1", await _silo.Collection("a/x").Read("k"));
        _silo.Disk.Release();
        Assert.Null(await delete);
        Assert.Empty(await _silo.Catalog.ListNamespaces());
    }

    [Fact]
    public async Task Write_begun_after_a_delete_survives_and_nothing_older_does()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() => Write(w, stop.Token))).ToArray();
        var deletes = 0;
        for (var i = 0; i < 40; i++)
        {
            var x = _silo.Collection("a/x");
            await x.Put("old", "1");
            Assert.Null(await _silo.Catalog.DeleteNamespace("a"));
            deletes++;
            Assert.Null(await x.Read("old"));
            await x.Put("new", "1");
            Assert.Equal("1", await x.Read("new"));
            Assert.Contains("x", await _silo.Catalog.ListCollections("a"));
            if (i % 8 == 0)
            {
                await _silo.Deactivate();
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await RequireListed();
        await Restart();
        await RequireListed();
        Assert.Equal(40, deletes);

        async Task Write(int writer, CancellationToken stopped)
        {
            for (var i = 0; !stopped.IsCancellationRequested; i++)
            {
                var result = await _silo.Collection(i % 3 == 0 ? "a/y" : "a/x").Do(Set($"w{writer}", $"{i}"));
                Assert.Null(result.Refusal);
            }
        }

        // Whatever the race left: no collection with an entry is off the list.
        async Task RequireListed()
        {
            var listed = await _silo.Catalog.ListCollections("a");
            foreach (var name in new[] { "x", "y" })
            {
                if ((await _silo.Collection($"a/{name}").Info()).KeyCount > 0)
                {
                    Assert.Contains(name, listed);
                }
            }
        }
    }

    [Fact]
    public async Task Delete_cut_off_at_any_step_is_finished_or_not_begun_after_a_restart()
    {
        var (finished, untouched) = (0, 0);
        for (var steps = 0; finished < 8 && steps < 30; steps++)
        {
            await _silo.Collection("a/x").Put("k", "1");
            await _silo.Collection("a/y").Put("k", "1");
            await _silo.Collection("b/z").Put("k", "1");
            _silo.Disk.CutAfter(steps);
            var answer = await _silo.Catalog.DeleteNamespace("a");
            await _silo.Kill();
            _silo = await TestSilo.Start(_device);

            // The intent decides: without it on flash nothing was begun, with it all is carried out.
            await Eventually.Holds(async () => (await _silo.Control("/").ReadSystem()).Keys.All(key => !key.StartsWith("d/", StringComparison.Ordinal)));
            var listed = await _silo.Catalog.ListCollections("a");
            var values = new[] { await _silo.Collection("a/x").Read("k"), await _silo.Collection("a/y").Read("k") };
            if (answer is null || listed.Length == 0)
            {
                finished++;
                Assert.Empty(listed);
                Assert.Equal([null, null], values);
            }
            else
            {
                untouched++;
                Assert.Equal(["x", "y"], listed);
                Assert.Equal(["1", "1"], values);
            }

            Assert.Equal("1", await _silo.Collection("b/z").Read("k"));
            Assert.Equal(["z"], await _silo.Catalog.ListCollections("b"));
        }

        Assert.True(untouched > 0 && finished == 8, $"{untouched} untouched, {finished} finished");
    }

    [Fact]
    public async Task Delete_that_meets_an_absent_storage_is_finished_when_it_is_back()
    {
        await _silo.Collection("a/x").Put("k", "1");
        await _silo.Collection("a/y").Put("k", "1");
        foreach (var name in new[] { "a/x", "a/y" })
        {
            await _silo.Control(name).Save(0);
            _silo.Journal.Trim(_silo.Journal.OwnerOf(name), 1);
        }

        await Restart();
        Assert.Equal(["x", "y"], await _silo.Catalog.ListCollections("a"));
        await _silo.Collection("a/y").Get("k");
        _device.Rows.IsAway = true;
        Assert.Equal(RefusalCode.Unavailable, (await _silo.Catalog.DeleteNamespace("a"))?.Code);
        Assert.Equal(["x", "y"], await _silo.Catalog.ListCollections("a"));
        _device.Rows.IsAway = false;
        await Task.Delay(1_100);
        Assert.Null(await _silo.Catalog.DeleteNamespace("a"));
        Assert.Empty(await _silo.Catalog.ListCollections("a"));
    }

    [Fact]
    public async Task Delete_on_a_full_card_goes_on()
    {
        await _silo.Collection("a/x").Put("k", "1");
        _silo.Disk.IsFull = true;
        Assert.Null(await _silo.Catalog.DeleteNamespace("a"));
        Assert.Empty(await _silo.Catalog.ListNamespaces());
    }

    [Fact]
    public async Task Intent_of_many_collections_is_found_whole()
    {
        var bounds = Enumerable.Range(0, 200).ToDictionary(i => CollectionKey.Join("n<s", $"c\"{i}é"), i => (long)i);
        var parts = CatalogRecord.Intent("n<s", bounds);
        Assert.Equal(4, parts.Count);
        Assert.Equal(parts.Select(p => p.Key), CatalogRecord.IntentDone("n<s", bounds.Count).Select(p => p.Key));
        var read = new Dictionary<string, long>();
        foreach (var part in parts)
        {
            Assert.True(CatalogRecord.TryReadIntent(part.Key, part.Value, read, out var ns));
            Assert.Equal("n<s", ns);
        }

        Assert.Equal(bounds, read);
        await Task.CompletedTask;
    }


    private async Task Restart()
    {
        await _silo.DisposeAsync();
        _silo = await TestSilo.Start(_device);
    }
}
