using EdgeOrleans.Cluster.Tests.Figures;
using EdgeOrleans.Cluster.Tests.Lab;

namespace EdgeOrleans.Cluster.Tests;

/// <summary>PostgreSQL and Redis end, hang and come back under load.</summary>
[Collection(ClusterTestCollection.Name)]
public sealed class ServerTests(ClusterLab lab)
{
    // Loaded collections are read as if nothing had happened; what is longer than usual is the machine's noise.
    private static readonly TimeSpan ReadBound = TimeSpan.FromSeconds(1.5);

    // "Within about a second".
    private static readonly TimeSpan RefusalBound = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Writes_are_refused_and_reads_go_on_while_Postgres_is_away_and_all_resumes_by_itself()
    {
        lab.RequireOwnServers();
        var seen = await FailureRun.Of(lab, Failure.PostgresKilled, async _ =>
        {
            await lab.Postgres.Kill();
            await Task.Delay(TimeSpan.FromSeconds(6));
            await lab.Postgres.Start();
            await Task.Delay(TimeSpan.FromSeconds(3));
        });
        Assert.InRange(seen.ReadsAway, TimeSpan.Zero, ReadBound);
        Assert.InRange(seen.SlowestError, TimeSpan.Zero, RefusalBound);
        Assert.InRange(seen.WritesAway, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task Writes_are_refused_and_reads_go_on_while_Postgres_hangs_and_all_resumes_by_itself()
    {
        lab.RequireOwnServers();
        var seen = await FailureRun.Of(lab, Failure.PostgresHung, async _ =>
        {
            lab.Postgres.Hang();
            await Task.Delay(TimeSpan.FromSeconds(10));
            lab.Postgres.GoOn();
            await Task.Delay(TimeSpan.FromSeconds(5));
        });
        Assert.InRange(seen.ReadsAway, TimeSpan.Zero, ReadBound);
        Assert.InRange(seen.SlowestError, TimeSpan.Zero, RefusalBound);
        Assert.InRange(seen.WritesAway, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(13));
    }

    [Fact]
    public async Task Member_cut_off_from_Postgres_alone_refuses_writes_and_all_resumes_by_itself()
    {
        var lan = lab.Lan;
        var seen = await FailureRun.Of(lab, Failure.CutFromStorage, async _ =>
        {
            await lan.Cut(1, lan.PostgresAddress);
            await Task.Delay(TimeSpan.FromSeconds(10));
            await lan.Heal(1, lan.PostgresAddress);
            await Task.Delay(TimeSpan.FromSeconds(5));
        });
        Assert.InRange(seen.ReadsAway, TimeSpan.Zero, ReadBound);
        Assert.InRange(seen.SlowestError, TimeSpan.Zero, RefusalBound);
    }

    [Fact]
    public async Task Nobody_notices_that_Redis_is_killed_and_comes_back_with_its_file()
    {
        lab.RequireOwnServers();
        var seen = await FailureRun.Of(lab, Failure.RedisKilled, async _ =>
        {
            // Longer than members take what they know of each other for certain: then every read is confirmed in PostgreSQL.
            await lab.Redis.Kill();
            await Task.Delay(TimeSpan.FromSeconds(18));
            await lab.Redis.Start();
            await Task.Delay(TimeSpan.FromSeconds(3));
        });
        Assert.Empty(seen.Errors);
    }

    [Fact]
    public async Task Nobody_notices_that_Redis_hangs()
    {
        lab.RequireOwnServers();
        var seen = await FailureRun.Of(lab, Failure.RedisHung, async _ =>
        {
            lab.Redis.Hang();
            await Task.Delay(TimeSpan.FromSeconds(10));
            lab.Redis.GoOn();
        });
        Assert.Empty(seen.Errors);
    }

    [Fact]
    public async Task Member_killed_while_Redis_is_away_is_missed_until_it_is_back_and_no_longer()
    {
        lab.RequireOwnServers();
        var away = TimeSpan.FromSeconds(8);
        var seen = await FailureRun.Of(lab, Failure.RedisAwayAndKill, async run =>
        {
            var victim = lab.Members[1];
            await lab.Redis.Kill();
            run.Away(victim);
            await victim.Kill();
            victim.Begin();
            await Task.Delay(away);

            // Nobody can be declared dead, and nobody joins.
            Assert.False(await victim.IsReady());
            await lab.Redis.Start();
            await run.Back(victim);
        });
        Assert.InRange(seen.WritesAway, away - TimeSpan.FromSeconds(1), away + TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Emptied_Redis_is_reported_and_the_members_are_one_cluster_again()
    {
        lab.RequireOwnServers();
        await FailureRun.Of(lab, Failure.RedisWiped, async run =>
        {
            // The hardest moment: one that starts now finds nobody, while two are there.
            var starting = lab.Members[2];
            run.Away(starting);
            await starting.Kill();
            await lab.Redis.Wipe();
            starting.Begin();
            Assert.True(await lab.Members[0].Says("REDIS HAS FORGOTTEN", TimeSpan.FromSeconds(30)), lab.Members[0].Transcript());
            await run.Back(starting);
        });
    }
}
