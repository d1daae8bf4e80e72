using EdgeOrleans.Cluster.Tests.Figures;
using EdgeOrleans.Cluster.Tests.Lab;

namespace EdgeOrleans.Cluster.Tests;

/// <summary>Members end, hang and come back under load. The bounds in seconds are what README promises.</summary>
[Collection(ClusterTestCollection.Name)]
public sealed class MemberTests(ClusterLab lab)
{
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PowerLossBound = TimeSpan.FromSeconds(8);

    // A member that hears of nobody answers for six seconds.
    private static readonly TimeSpan StalenessBound = TimeSpan.FromSeconds(7);

    private Member Victim => lab.Members[1];

    [Fact]
    public async Task Nothing_fails_while_nothing_is_done()
    {
        var seen = await FailureRun.Of(lab, Failure.None, static _ => Task.Delay(TimeSpan.FromSeconds(6)));
        Assert.Empty(seen.Errors);
    }

    [Fact]
    public async Task Killed_member_is_missed_for_three_seconds_at_most()
    {
        var seen = await FailureRun.Of(lab, Failure.Kill, async run =>
        {
            run.Away(Victim);
            await Victim.Kill();
            await Task.Delay(TimeSpan.FromSeconds(8));
            Victim.Begin();
            await run.Back(Victim);
        });
        IsMissedFor(KillBound, seen);
    }

    [Fact]
    public async Task Member_killed_and_started_again_at_once_costs_no_answer_when_the_others_close_what_they_had_with_its_first_life()
    {
        var seen = await FailureRun.Of(lab, Failure.KillAndStart, async run =>
        {
            run.Away(Victim);
            await Victim.Kill();
            Victim.Begin();
            await run.Back(Victim);
            await AfterConnectionsOfTheDead();
        });
        IsMissedFor(KillBound, seen);
        Assert.DoesNotContain("504 TIMEOUT", seen.Errors.Keys);
    }

    [Fact]
    public async Task Members_that_were_all_killed_at_once_keep_the_connections_of_their_new_lives()
    {
        await lab.MakeWhole();
        await Task.WhenAll(lab.Members.Select(static member => member.Kill()));
        await lab.MakeWhole();
        var before = Terminations();
        await AfterConnectionsOfTheDead();
        Assert.Equal(before, Terminations());
    }

    [Fact]
    public async Task Member_that_loses_power_is_missed_for_eight_seconds_at_most()
    {
        var lan = lab.Lan;
        var seen = await FailureRun.Of(lab, Failure.PowerLoss, async run =>
        {
            run.Away(Victim);
            await lan.Pull(Victim.Number);
            await Victim.Kill();
            await Task.Delay(TimeSpan.FromSeconds(11));
            await lan.Plug(Victim.Number);
            Victim.Begin();
            await run.Back(Victim);
        });
        IsMissedFor(PowerLossBound, seen);
    }

    [Fact]
    public async Task Member_whose_cable_was_out_is_missed_like_one_without_power_and_joins_again_by_itself()
    {
        var lan = lab.Lan;
        var seen = await FailureRun.Of(lab, Failure.CablePulled, async run =>
        {
            run.Away(Victim);
            await lan.Pull(Victim.Number);
            await Task.Delay(TimeSpan.FromSeconds(15));
            await lan.Plug(Victim.Number);
            await run.Back(Victim);
        });
        IsMissedFor(PowerLossBound, seen);
        Assert.InRange(seen.Staleness, TimeSpan.Zero, StalenessBound);
    }

    [Fact]
    public async Task Member_that_hung_for_long_is_missed_like_one_without_power_and_joins_again_by_itself()
    {
        var seen = await FailureRun.Of(lab, Failure.Freeze, run => Freeze(run, TimeSpan.FromSeconds(15)));
        IsMissedFor(PowerLossBound, seen);
        Assert.InRange(seen.Staleness, TimeSpan.Zero, StalenessBound);
    }

    [Fact]
    public async Task Member_that_hung_for_a_moment_goes_on()
    {
        await lab.MakeWhole();
        var before = Victim.Ends();
        var seen = await FailureRun.Of(lab, Failure.ShortFreeze, run => Freeze(run, TimeSpan.FromSeconds(3)));
        Assert.Equal(before, Victim.Ends());
        Assert.Empty(seen.Errors);
    }

    [Fact]
    public async Task Rolling_restart_is_an_error_at_no_gateway_but_the_one_that_is_down()
    {
        var seen = await FailureRun.Of(lab, Failure.RollingRestart, async run =>
        {
            foreach (var member in lab.Members)
            {
                await StartAgain(run, member);
            }
        });
        Assert.Empty(seen.Errors);
    }

    [Fact]
    public async Task Acknowledged_write_survives_the_kill_of_all_members_at_once() =>
        await FailureRun.Of(lab, Failure.AllKilled, async _ =>
        {
            await Task.WhenAll(lab.Members.Select(static member => member.Kill()));
            await lab.MakeWhole();
        });

    [Fact]
    public async Task Member_whose_clock_is_an_hour_behind_says_so_and_harms_nobody()
    {
        var seen = await FailureRun.Of(lab, Failure.ClockBehind, async run =>
        {
            run.Away(Victim);
            await Victim.Stop();
            Victim.Begin(FakeClock.AnHourBehind());
            Assert.True(await Victim.Says("This machine's clock has", TimeSpan.FromSeconds(20)), Victim.Transcript());
            Assert.Matches("clock has [0-9TZ:-]+, but .*[0-9]{4}-[0-9]{2}-[0-9TZ:-]+", Victim.Lines.First(static line => line.Contains("clock has", StringComparison.Ordinal)));
            await Task.Delay(TimeSpan.FromSeconds(5));
            await Victim.Kill();
            Victim.Begin();
            await run.Back(Victim);
        });
        Assert.Empty(seen.Errors);
    }

    [Fact]
    public async Task Member_whose_clock_is_set_back_an_hour_while_it_runs_undoes_nothing()
    {
        using var clock = new SettableClock();
        await FailureRun.Of(lab, Failure.ClockSetBack, async run =>
        {
            await StartAgain(run, Victim, clock.Variables);
            clock.Set("-1h");
            await Task.Delay(TimeSpan.FromSeconds(6));
            Assert.InRange(DateTimeOffset.UtcNow - await Victim.Clock(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
            clock.Set("+0");
            await StartAgain(run, Victim);
        });
    }

    private static async Task StartAgain(FailureRun run, Member member, params (string Name, string Value)[] variables)
    {
        run.Away(member);
        await member.Stop();
        member.Begin(variables);
        await run.Back(member);
    }

    private static void IsMissedFor(TimeSpan bound, FailureFigures seen)
    {
        Assert.InRange(seen.WritesAway, TimeSpan.Zero, bound);
        Assert.InRange(seen.ReadsAway, TimeSpan.Zero, bound);
    }

    // Orleans closes them ten seconds after it has heard of the death.
    private static Task AfterConnectionsOfTheDead() => Task.Delay(TimeSpan.FromSeconds(13));

    private int Terminations() => lab.Members.Sum(static member => member.Lines.Count(static line => line.Contains(" terminated", StringComparison.Ordinal)));

    private async Task Freeze(FailureRun run, TimeSpan time)
    {
        run.Away(Victim);
        Victim.Freeze();
        await Task.Delay(time);
        Victim.Thaw();
        await run.Back(Victim);
    }
}
