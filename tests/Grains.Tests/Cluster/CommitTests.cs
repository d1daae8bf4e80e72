using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Cluster;

/// <summary>A write of a cluster's member is answered when the storage has it, together with all that waited beside it.</summary>
public sealed class CommitTests
{
    private readonly TestRows _rows = new();

    [Fact]
    public async Task Write_is_answered_and_shown_when_the_storage_has_it_and_not_before()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        var gate = new TaskCompletionSource();
        _rows.Gate = gate.Task;

        var write = collection.Do(Set("k", "2"));
        await Eventually.Holds(() => Task.FromResult(_rows.UnderWay > 0));

        Assert.False(write.IsCompleted);
        Assert.Equal("1", await collection.Read("k"));
        gate.SetResult();
        Assert.Null((await write).Refusal);
        Assert.Equal("2", await collection.Read("k"));
        await using var other = await TestMember.Start(_rows);
        Assert.Equal("2", await other.Collection("ns/c").Read("k"));
    }

    [Fact]
    public async Task Writes_that_wait_for_one_collection_are_saved_as_one_row()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "0");
        _rows.Forget();
        var gate = new TaskCompletionSource();
        _rows.Gate = gate.Task;

        var first = collection.Do(Set("k", "1"));
        await Eventually.Holds(() => Task.FromResult(_rows.UnderWay > 0));
        var one = member.PendingBytes;
        var others = Enumerable.Range(0, 50).Select(i => collection.Do(Set($"k{i}", $"{i}"))).ToArray();

        // None of them is shorter than the first.
        await Eventually.Holds(() => Task.FromResult(member.PendingBytes >= 51 * one));
        gate.SetResult();

        Assert.All(await Task.WhenAll([first, .. others]), static result => Assert.Null(result.Refusal));
        Assert.Equal(2, _rows.Writes.Count(static row => row.Collection == "ns/c" && row.Row[0] == 'd'));
    }

    [Fact]
    public async Task Collection_is_the_same_on_another_server_after_many_times_round_the_ring()
    {
        await using (var member = await TestMember.Start(_rows))
        {
            var collection = member.Collection("ns/c");
            for (var i = 0; i < 1000; i++)
            {
                await collection.Put($"k{i % 70}", $"\"{i} {new string('x', i)}\"");
                if (i % 11 == 0)
                {
                    await collection.Do(Delete($"k{i % 13}"));
                }
            }

            Assert.Contains(_rows.Writes, static row => row.Row == "head");
            Assert.Contains(_rows.Writes, static row => row.Row == "d255");
        }

        await using var other = await TestMember.Start(_rows);
        var there = other.Collection("ns/c");
        var page = await there.List(new ListQuery());
        Assert.InRange(page.Total, 60, 70);
        Assert.StartsWith("\"999 ", await there.Read($"k{999 % 70}"), StringComparison.Ordinal);
        Assert.Equal(page.Total, (await there.Info()).KeyCount);
    }

    [Fact]
    public async Task Batch_that_is_atomic_is_one_row()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        _rows.Forget();

        var refused = await collection.Do(true, Set("a", "1"), Set("b", "2", PreconditionKind.Exists));
        var made = await collection.Do(true, Set("a", "1"), Set("b", "2"));

        Assert.All(refused, static result => Assert.NotNull(result.Refusal));
        Assert.All(made, static result => Assert.Null(result.Refusal));
        Assert.Single(_rows.Writes);
    }

    [Fact]
    public async Task Deleted_collection_is_gone_everywhere_and_a_later_write_stays()
    {
        await using (var member = await TestMember.Start(_rows))
        {
            var collection = member.Collection("ns/c");
            var old = await collection.Put("k", "1");
            await collection.Put("l", "1");
            await member.Deactivate();
            Assert.Null(await member.Catalog.DeleteCollection("ns", "c"));
            Assert.Empty(await member.Catalog.ListNamespaces());
            Assert.Null(await collection.Read("k"));

            Assert.True(await collection.Put("l", "2") > old);
            Assert.Null(await member.Catalog.DeleteCollection("ns", "none"));
        }

        await using var other = await TestMember.Start(_rows);
        Assert.Equal(["ns"], await other.Catalog.ListNamespaces());
        Assert.Null(await other.Collection("ns/c").Read("k"));
        Assert.Equal("2", await other.Collection("ns/c").Read("l"));
        Assert.Equal(1, (await other.Collection("ns/c").Info()).KeyCount);
    }

    [Fact]
    public async Task Idle_collection_leaves_and_comes_back()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        for (var i = 0; i < 20; i++)
        {
            var write = collection.Do(Set("k", $"{i}"));
            await member.Deactivate();
            Assert.Null((await write).Refusal);
            Assert.Equal($"{i}", await collection.Read("k"));
        }
    }
}
