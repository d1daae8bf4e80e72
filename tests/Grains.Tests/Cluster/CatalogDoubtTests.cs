using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.WriteBehind.Tests;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Cluster;

/// <summary>A catalog that does not know what became of a write of its own has in memory what is stored, as soon as that is known.</summary>
public sealed class CatalogDoubtTests
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(2);

    private readonly TestRows _rows = new();

    [Fact]
    public async Task Delete_that_came_to_be_written_down_in_the_end_is_carried_out_by_itself()
    {
        await using var member = await TestMember.Start(_rows, responseTimeout: ResponseTimeout);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        _rows.IsAway = true;
        await Assert.ThrowsAnyAsync<Exception>(async () => await Refused(member.Catalog.DeleteNamespace("ns")));
        await Task.Delay(ResponseTimeout);

        _rows.IsAway = false;

        await Until(async () => await collection.Read("k") is null);
    }

    [Fact]
    public async Task Collection_that_came_to_be_listed_in_the_end_is_shown()
    {
        await using var member = await TestMember.Start(_rows, responseTimeout: ResponseTimeout);
        await member.Collection("ns/c").Read("k");
        _rows.IsAway = true;
        Assert.NotNull((await member.Collection("ns/c").Do(Set("k", "1"))).Refusal);
        await Task.Delay(ResponseTimeout);

        _rows.IsAway = false;

        await Until(async () => (await member.Catalog.ListCollections("ns")).Contains("c"));
    }

    [Fact]
    public async Task Lists_go_on_while_the_storage_is_away_until_the_catalog_is_in_doubt_of_a_write()
    {
        await using var member = await TestMember.Start(_rows, responseTimeout: ResponseTimeout);
        await member.Collection("ns/a").Put("k", "1");
        await member.Collection("ns/c").Read("k");
        _rows.IsAway = true;
        Assert.Equal(["ns"], await member.Catalog.ListNamespaces());

        Assert.NotNull((await member.Collection("ns/c").Do(Set("k", "1"))).Refusal);
        await Eventually.Holds(async () => await member.Catalog.ListNamespaces().ContinueWith(static list => list.IsFaulted, TaskScheduler.Default), seconds: 20);

        _rows.IsAway = false;
        await Until(async () => (await member.Catalog.ListNamespaces()).Contains("ns"));
    }

    [Fact]
    public async Task Catalog_that_was_overtaken_while_its_write_was_in_doubt_knows_what_the_other_has_listed()
    {
        var faulty = new FaultyRows(_rows);
        await using var one = await TestMember.Start(faulty);
        await using var other = await TestMember.Start(_rows);
        await one.Collection("ns/z").Read("k");
        faulty.FateOf = static call => call.StartsWith("write / ", StringComparison.Ordinal) ? Fate.Fails : Fate.Works;
        var doubtful = one.Collection("ns/z").Do(Set("k", "1"));
        await Until(() => Task.FromResult(faulty.Calls.Any(static call => call.StartsWith("write / ", StringComparison.Ordinal))));
        await other.Collection("ns/a").Put("k", "1");

        faulty.FateOf = static _ => Fate.Works;

        Assert.NotNull((await doubtful).Refusal);
        await Until(async () => (await one.Catalog.ListCollections("ns")).Contains("a"));
    }

    private static async Task Refused(Task<Refusal?> call) => throw new RefusedException((await call)!);

    private static Task Until(Func<Task<bool>> condition)
    {
        return Eventually.Holds(Holds, seconds: 20);

        async Task<bool> Holds()
        {
            try
            {
                return await condition();
            }
            catch (RefusedException)
            {
                return false;
            }
        }
    }
}
