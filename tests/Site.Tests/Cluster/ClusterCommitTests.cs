using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeOrleans.Site.Tests.Servers;
using Npgsql;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>Commits to a real PostgreSQL through Orleans' provider.</summary>
[Collection(SiteCollection.Name)]
public sealed class ClusterCommitTests(SiteServer server)
{
    private const int Writers = 8;

    [Fact]
    public async Task View_shows_each_acknowledged_write_at_once_also_while_the_collection_is_written_whole()
    {
        var site = await SiteDatabase.Create(server);
        await using var member = await ClusterMember.Start(site);
        var random = new Random(1);
        var expected = new Dictionary<string, string>();
        for (var i = 0; i < 600; i++)
        {
            var (key, value) = ($"k{random.Next(200)}", $"\"{i}{new string('x', random.Next(2000))}\"");
            Assert.Null((await member.Set("ns/c", key, value)).Refusal);
            expected[key] = value;
            if (i % 40 == 0)
            {
                Assert.Equal(Lines(expected), await site.EntriesOf("cluster"));
            }
        }

        Assert.Equal(Lines(expected), await site.EntriesOf("cluster"));
        Assert.NotEqual("0", (await site.Query("SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = 'head'"))[0]);
        await using var other = await ClusterMember.Start(site);
        foreach (var (key, value) in expected)
        {
            Assert.Equal(value, await other.Get("ns/c", key));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_acknowledged_write_is_lost_when_the_storage_goes_away_in_the_middle_of_writes(bool isKilled)
    {
        Assert.SkipUnless(server.IsOwn, "The server is somebody else's.");
        var site = await SiteDatabase.Create(server);
        await using var member = await ClusterMember.Start(site);
        var newest = new ConcurrentDictionary<string, long>();
        using var end = new CancellationTokenSource();
        var longest = new ConcurrentBag<TimeSpan>();
        var writers = Enumerable.Range(0, Writers).Select(i => Task.Run(() => Write(member, $"k{i}", newest, longest, end.Token))).ToArray();

        await Task.Delay(TimeSpan.FromSeconds(1));
        await Break(isKilled, TimeSpan.FromSeconds(6));
        var before = newest.Values.Sum();
        await Until(() => newest.Values.Sum() > before + (20 * Writers));
        await end.CancelAsync();
        await Task.WhenAll(writers);

        // In about a second each was told that its outcome is unknown, or that nothing was written; a loaded machine adds to it.
        Assert.InRange(longest.Max().TotalSeconds, 0, 4);
        await using var other = await ClusterMember.Start(site);
        foreach (var (key, number) in newest)
        {
            Assert.True(long.Parse((await other.Get("ns/c", key))!, provider: null) >= number, $"{key} lost what was acknowledged");
        }
    }

    [Fact]
    public async Task Server_that_may_only_be_read_counts_as_away_until_it_takes_a_write()
    {
        Assert.SkipUnless(server.IsOwn, "The server is somebody else's.");
        var site = await SiteDatabase.Create(server);
        await using var member = await ClusterMember.Start(site);
        Assert.Null((await member.Set("ns/c", "k", "1")).Refusal);
        string[] others = [.. Enumerable.Range(0, 30).Select(static i => $"others/c{i}")];
        foreach (var other in others)
        {
            Assert.Null((await member.Set(other, "k", "1")).Refusal);
        }

        await MakeReadOnly(true);
        try
        {
            // This one is tried. Those of the others are not, for as long as it lasts: what answers reads alone is not back.
            Assert.Equal(RefusalCode.Unavailable, (await member.Set("ns/c", "k", "2")).Refusal?.Code);
            foreach (var other in others)
            {
                Assert.Contains("nothing was written", (await member.Set(other, "k", "2")).Refusal!.Message, StringComparison.Ordinal);
                Assert.NotNull(await member.Collection(other).Get("k"));

                // Not for anything to happen: three seconds of it hold several of the member's questions whether the server is back.
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            await MakeReadOnly(false);
        }

        await Resumes(member);
        var expected = others.Select(static other => $"{other}/k=1").Append("ns/c/k=\"3\"").Order(StringComparer.Ordinal);
        Assert.Equal(expected, await site.EntriesOf("cluster"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_whose_connection_breaks_is_in_doubt_and_all_goes_on_whether_it_was_made_or_not(bool isMade)
    {
        var site = await SiteDatabase.Create(server);
        await using var link = new Link(server.EndPoint);
        await using var member = await ClusterMember.Start(site, link);
        Assert.Null((await member.Set("ns/c", "k", "1")).Refusal);
        if (isMade)
        {
            link.CutAtAnswer();
        }
        else
        {
            link.CutAfter(0);
        }

        var refusal = (await member.Set("ns/c", "k", "2")).Refusal;
        Assert.Equal(RefusalCode.Unavailable, refusal?.Code);
        Assert.Contains("unknown", refusal!.Message, StringComparison.Ordinal);
        link.Heal();
        await Resumes(member);
        Assert.Equal(["ns/c/k=\"3\""], await site.EntriesOf("cluster"));
    }

    [Fact]
    public async Task Two_members_that_know_nothing_of_each_other_lose_nothing_of_what_they_acknowledge()
    {
        var site = await SiteDatabase.Create(server);
        await using var one = await ClusterMember.Start(site);
        await using var other = await ClusterMember.Start(site);
        var newest = new ConcurrentDictionary<string, long>();
        using var end = new CancellationTokenSource();
        ClusterMember[] members = [one, other];
        var writers = Enumerable.Range(0, 4).Select(i => Task.Run(() => Write(members[i % 2], $"k{i}", newest, [], end.Token))).ToArray();
        var reader = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var known = newest.GetValueOrDefault("k0");
                var read = long.Parse(await other.Get("ns/c", "k0") ?? "0", provider: null);
                Assert.True(read >= known, $"a strong read found {read}, after {known} was acknowledged");
            }
        });

        await Until(() => newest.Values.Sum() > 200);
        await end.CancelAsync();
        await Task.WhenAll([reader, .. writers]);
        foreach (var (key, number) in newest)
        {
            Assert.True(long.Parse((await one.Get("ns/c", key))!, provider: null) >= number, $"{key} lost what was acknowledged");
        }
    }

    private static IEnumerable<string> Lines(Dictionary<string, string> entries) =>
        entries.Select(static pair => $"ns/c/{pair.Key}={pair.Value}").Order(StringComparer.Ordinal);

    /// <summary>Numbers that only grow: what is there afterwards must be at least the newest that was acknowledged.</summary>
    private static async Task Write(
        ClusterMember member, string key, ConcurrentDictionary<string, long> newest, ConcurrentBag<TimeSpan> durations, CancellationToken end)
    {
        for (var number = 1L; !end.IsCancellationRequested; number++)
        {
            var started = Stopwatch.GetTimestamp();
            var result = await member.Set("ns/c", key, $"{number}");
            durations.Add(Stopwatch.GetElapsedTime(started));
            if (result.Refusal is null)
            {
                newest[key] = number;
            }
            else
            {
                Assert.Equal(RefusalCode.Unavailable, result.Refusal.Code);
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private static async Task Resumes(ClusterMember member)
    {
        for (var started = Stopwatch.GetTimestamp(); (await member.Set("ns/c", "k", "\"3\"")).Refusal is { } refusal; await Task.Delay(50))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), refusal.Message);
        }
    }

    /// <summary>For connections that are open too, as when a server becomes a standby.</summary>
    private async Task MakeReadOnly(bool isReadOnly)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false;Options=-c default_transaction_read_only=off");
        await connection.OpenAsync();
        foreach (var sql in new[] { $"ALTER SYSTEM SET default_transaction_read_only = {(isReadOnly ? "on" : "off")}", "SELECT pg_reload_conf()" })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task Break(bool isKilled, TimeSpan duration)
    {
        if (isKilled)
        {
            await server.Kill();
            await Task.Delay(duration);
            await server.Start();
        }
        else
        {
            server.Hang();
            await Task.Delay(duration);
            server.GoOn();
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "it does not come to be");
            await Task.Delay(50);
        }
    }
}
