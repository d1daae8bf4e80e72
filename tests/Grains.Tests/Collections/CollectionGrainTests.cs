using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Collections;

public sealed class CollectionGrainTests : IAsyncLifetime
{
    private readonly TestDevice _device = new();
    private TestSilo _silo = null!;

    private ICollectionGrain Users => _silo.Collection("app/users");

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Value_set_is_read_back_byte_for_byte()
    {
        string[] values = ["1", "1.0", "-0", "1e400", "12345678901234567890", "null", "\"\"", "{\"b\":1,\"a\":[\"\\u00e9\",\"é\"]}", " [1, 2] "];
        foreach (var value in values)
        {
            await Users.Put("k", value);
            Assert.Equal(value, await Users.Read("k"));
        }

        Assert.Null(await Users.Get("other"));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("..")]
    [InlineData("+ ")]
    [InlineData("€\uD83D\uDE00")]
    public async Task Key_of_any_characters_is_a_key_of_its_own(string key)
    {
        await Users.Put(key, "1");
        Assert.Equal("1", await Users.Read(key));
        Assert.Equal([key], (await Users.List(new ListQuery())).Keys);
    }

    [Fact]
    public async Task Value_survives_a_restart_and_a_kill()
    {
        var version = await Users.Put("k", "1");
        await Restart();
        Assert.Equal("1", await Users.Read("k"));

        var next = await Users.Put("k", "2");
        Assert.True(next > version);
        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        var entry = await Users.Get("k");
        Assert.Equal(next, entry!.Version);
        Assert.Equal(["app"], await _silo.Catalog.ListNamespaces());
    }

    [Fact]
    public async Task Expiry_is_kept_with_the_entry()
    {
        var result = await Users.Do(new Operation { Kind = OperationKind.Set, Key = "k", Value = "1"u8.ToArray(), ExpiresAtMicros = 42 });
        Assert.Null(result.Refusal);
        await Restart();
        Assert.Equal(42, (await Users.Get("k"))!.ExpiresAtMicros);
    }

    [Fact]
    public async Task Versions_ascend_and_results_tell_whether_the_key_was_there()
    {
        var results = await Users.Do(false, Set("a", "1"), Set("a", "2"), Delete("a"), Delete("a"), Set("a", "3"));
        Assert.All(results, r => Assert.Null(r.Refusal));
        Assert.Equal([false, true, true, false, false], results.Select(r => r.Existed));
        Assert.Equal(0, results[3].Version);
        var versions = results.Where(r => r.Version != 0).Select(r => r.Version).ToList();
        Assert.Equal(versions.Order().Distinct(), versions);
        Assert.Equal(versions[^1], (await Users.Get("a"))!.Version);
    }

    [Fact]
    public async Task Preconditions_are_judged_on_the_newest_state()
    {
        Assert.Equal(RefusalCode.PreconditionFailed, (await Users.Do(Set("k", "1", PreconditionKind.Exists))).Refusal?.Code);
        Assert.Equal(RefusalCode.PreconditionFailed, (await Users.Do(Set("k", "1", PreconditionKind.Version, 5))).Refusal?.Code);
        Assert.Empty(await _silo.Catalog.ListNamespaces());

        var first = await Users.Do(Set("k", "1", PreconditionKind.Absent));
        Assert.Null(first.Refusal);
        Assert.Contains($"{first.Version}", (await Users.Do(Set("k", "2", PreconditionKind.Absent))).Refusal?.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.PreconditionFailed, (await Users.Do(Delete("k", PreconditionKind.Version, first.Version - 1))).Refusal?.Code);

        var second = await Users.Do(Set("k", "2", PreconditionKind.Version, first.Version));
        Assert.Null(second.Refusal);
        Assert.Equal(RefusalCode.PreconditionFailed, (await Users.Do(Set("k", "3", PreconditionKind.Version, first.Version))).Refusal?.Code);
        Assert.Null((await Users.Do(Delete("k", PreconditionKind.Version, second.Version))).Refusal);
        Assert.Equal(RefusalCode.PreconditionFailed, (await Users.Do(Delete("k", PreconditionKind.Exists))).Refusal?.Code);
        Assert.Null(await Users.Get("k"));
    }

    [Fact]
    public async Task Atomic_batch_with_one_refusal_changes_nothing()
    {
        var before = await Users.Put("a", "1");
        var results = await Users.Do(true, Set("a", "2"), Set("b", "2"), Set("a", "3", PreconditionKind.Absent), Set("c", "2"));
        Assert.Equal(
            [RefusalCode.BatchRefused, RefusalCode.BatchRefused, RefusalCode.PreconditionFailed, RefusalCode.BatchRefused],
            results.Select(r => r.Refusal!.Code));
        Assert.Contains("operation 2", results[0].Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(before, (await Users.Get("a"))!.Version);
        Assert.Equal(["a"], (await Users.List(new ListQuery())).Keys);

        results = await Users.Do(true, Set("a", "2"), Delete("a"), Set("b", "2", PreconditionKind.Absent));
        Assert.All(results, r => Assert.Null(r.Refusal));
        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        Assert.Equal(["b"], (await Users.List(new ListQuery())).Keys);
    }

    [Fact]
    public async Task Batch_that_is_not_atomic_refuses_only_what_is_bad()
    {
        var results = await Users.Do(false, Set("", "1"), Set("b", "{"), Set("c", "1"), Set("d", ""), Set("e", "1", PreconditionKind.Exists));
        Assert.Equal(
            [RefusalCode.InvalidParams, RefusalCode.InvalidBody, null, RefusalCode.InvalidBody, RefusalCode.PreconditionFailed],
            results.Select(r => r.Refusal?.Code));
        Assert.Equal(["c"], (await Users.List(new ListQuery())).Keys);
    }

    [Fact]
    public async Task Bad_calls_get_refusals_and_create_nothing()
    {
        Assert.Equal(RefusalCode.InvalidParams, (await Users.Do(Set(new string('k', 513), "1"))).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidParams, (await Users.Do(new Operation { Key = "k" })).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidParams, (await Users.Do(new Operation { Key = null!, Kind = OperationKind.Delete })).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidParams, (await Users.Apply(new WriteBatch { Operations = null! }))[0].Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidParams, (await Users.Do(Set("k", "1", (PreconditionKind)9))).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidBody, (await Users.Do(Set("k", new string('[', 65) + new string(']', 65)))).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidBody, (await Users.Do(new Operation { Kind = OperationKind.Set, Key = "k", Value = new byte[] { 34, 0xff, 34 } })).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidBody, (await Users.Do(Set("k", "1 2"))).Refusal?.Code);
        Assert.Empty(await Users.Apply(new WriteBatch { Operations = [] }));
        foreach (var name in new[] { "app", "/", "/x", "app/", "app/..", "app/a/b", "app/" + new string('n', 129) })
        {
            var collection = _silo.Collection(name);
            Assert.Equal(RefusalCode.InvalidParams, (await collection.Do(Set("k", "1"))).Refusal?.Code);
            Assert.Equal(RefusalCode.InvalidParams, (await Assert.ThrowsAsync<RefusedException>(async () => await collection.Get("k"))).Refusal.Code);
            await Assert.ThrowsAsync<RefusedException>(async () => await collection.List(new ListQuery()));
            await Assert.ThrowsAsync<RefusedException>(async () => await collection.Info());
        }

        await Assert.ThrowsAsync<RefusedException>(async () => await Users.Get(""));
        await Assert.ThrowsAsync<RefusedException>(async () => await Users.List(new ListQuery { Limit = 0 }));
        await Assert.ThrowsAsync<RefusedException>(async () => await Users.List(new ListQuery { Limit = NameRules.MaxListLimit + 1 }));
        await Assert.ThrowsAsync<RefusedException>(async () => await Users.List(new ListQuery { Offset = -1 }));
        Assert.Empty(await _silo.Catalog.ListNamespaces());
        Assert.Null((await Users.Do(Set("k", new string('[', 64) + new string(']', 64)))).Refusal);
        Assert.Null((await Users.Do(Set(new string('k', 512), "1"))).Refusal);
    }

    [Fact]
    public async Task Batch_of_a_thousand_is_taken_and_one_more_is_refused_whole()
    {
        var operations = Enumerable.Range(0, 1000).Select(i => Set($"k{i:d4}", "1")).ToArray();
        Assert.All(await Users.Do(false, operations), r => Assert.Null(r.Refusal));
        var refused = await Users.Do(false, [.. operations, Set("x", "1")]);
        Assert.Equal(1001, refused.Length);
        Assert.All(refused, r => Assert.Equal(RefusalCode.BatchSizeExceeded, r.Refusal?.Code));
        Assert.Contains("batch size exceeds maximum of 1000", refused[0].Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(1000, (await Users.Info()).KeyCount);
    }

    [Fact]
    public async Task Deleting_what_is_not_there_succeeds_and_creates_nothing()
    {
        var result = await Users.Do(Delete("k"));
        Assert.Null(result.Refusal);
        Assert.False(result.Existed);
        Assert.Empty(await _silo.Catalog.ListNamespaces());
        Assert.Equal(0, _silo.Journal.OwnerOf("app/users").LastSequence);
    }

    [Fact]
    public async Task Info_counts_durable_keys_and_bytes()
    {
        Assert.Equal(0, (await Users.Info()).LastVersion);
        await Users.Put("a", "123");
        var last = await Users.Put("€", "\"é\"");
        var info = await Users.Info();
        Assert.Equal((2, 1 + 3 + 3 + 4, last), (info.KeyCount, info.Bytes, info.LastVersion));
    }

    [Fact]
    public async Task Pages_of_a_listing_join_up()
    {
        await Users.Do(false, Enumerable.Range(0, 500).Select(i => Set($"k{i:d3}", "1")).ToArray());
        await Users.Do(false, Set("a", "1"), Set("z", "1"));
        var page = await Users.List(new ListQuery { Limit = 200, Offset = 400, Prefix = "k" });
        Assert.Equal((100, 500), (page.Keys.Length, page.Total));
        var all = new List<string>();
        for (var after = ""; ; after = all[^1])
        {
            page = await Users.List(new ListQuery { Limit = 90, Prefix = "k", After = after });
            if (page.Keys.Length == 0)
            {
                break;
            }

            all.AddRange(page.Keys);
        }

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"k{i:d3}"), all);
    }

    [Fact]
    public async Task Last_version_of_two_writers_wins_also_after_a_reload()
    {
        var (a, b) = (_silo.Collection("app/users"), _silo.Inside.GetGrain<ICollectionGrain>("app/users"));
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var result = await (i % 2 == 0 ? a : b).Do(Set("k", $"{i}"));
            Assert.Null(result.Refusal);
            return (result.Version, Value: $"{i}");
        }));
        var winner = results.MaxBy(r => r.Version);
        Assert.Equal(200, results.Select(r => r.Version).Distinct().Count());
        Assert.Equal(winner.Value, await Users.Read("k"));
        await Restart();
        Assert.Equal(winner.Value, await Users.Read("k"));
        Assert.Equal(winner.Version, (await Users.Get("k"))!.Version);
    }

    [Fact]
    public async Task Reactivated_collection_has_its_tail_and_versions_go_on()
    {
        var version = await Users.Put("k", "1");
        await Users.Do(Delete("k"));
        var sequence = _silo.Journal.OwnerOf("app/users").LastSequence;
        for (var i = 0; i < 5; i++)
        {
            await _silo.Deactivate();
            var next = await Users.Put($"k{i}", "1");
            Assert.True(next > version);
            Assert.Equal(++sequence, _silo.Journal.OwnerOf("app/users").LastSequence);
            version = next;
        }

        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], (await Users.List(new ListQuery())).Keys);
    }

    [Fact]
    public async Task Clock_started_in_the_past_does_not_take_versions_back()
    {
        var version = await Users.Put("k", "1");
        foreach (var offset in new[] { TimeSpan.FromHours(-1), TimeSpan.FromDays(-365), TimeSpan.FromDays(-365 * 56) })
        {
            await _silo.Kill();
            _device.Clock.IsSynchronised = false;
            _device.Clock.Offset = offset;
            _silo = await TestSilo.Start(_device);
            var next = await Users.Put("k", "2");
            Assert.InRange(next, version + 1, version + 60_000_000);

            // A collection that never was has nothing of its own to go on from: the journal's floor serves it.
            Assert.True(await _silo.Collection($"app/new{offset.Days}").Put("k", "1") > version);
            version = next;
        }
    }

    [Fact]
    public async Task Leap_of_the_clock_to_2080_is_in_no_version()
    {
        var version = await Users.Put("k", "1");
        _device.Clock.IsSynchronised = false;
        _device.Clock.Offset = TimeSpan.FromDays(365 * 54);
        await Restart();
        Assert.InRange(await Users.Put("k", "2"), version + 1, version + 60_000_000);
    }

    private async Task Restart()
    {
        await _silo.DisposeAsync();
        _silo = await TestSilo.Start(_device);
    }
}
