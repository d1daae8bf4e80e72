using System.Globalization;
using EdgeOrleans.Cluster.Tests.Figures;
using EdgeOrleans.Cluster.Tests.Lab;

namespace EdgeOrleans.Cluster.Tests;

/// <summary>
/// A member that the others do not reach, while it reaches storage: for a while two members hold one collection, and each write goes to
/// PostgreSQL, where one of them finds the other's.
/// </summary>
[Collection(ClusterTestCollection.Name)]
public sealed class PartitionTests(ClusterLab lab)
{
    // A member that hears of nobody answers for six seconds.
    private static readonly TimeSpan StalenessBound = TimeSpan.FromSeconds(7);

    // As long as for one that loses power.
    private static readonly TimeSpan AwayBound = TimeSpan.FromSeconds(8);

    // Members that hear each other take what they last read in Redis for certain for so long.
    private static readonly TimeSpan TableBound = TimeSpan.FromSeconds(15);

    private Member CutOff => lab.Members[1];

    private IEnumerable<Member> Others => lab.Members.Where(member => member != CutOff);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Member_cut_off_from_the_others_loses_and_undoes_nothing_with_Redis_and_PostgreSQL_in_reach_and_without(bool cutsRedis, bool cutsPostgres)
    {
        var lan = lab.Lan;
        var failure = cutsPostgres ? Failure.CutFromAll : cutsRedis ? Failure.CutFromMembersAndRedis : Failure.CutFromMembers;
        var seen = await FailureRun.Of(lab, failure, async run =>
        {
            run.Away(CutOff);
            await Cut(lan, cutsRedis, cutsPostgres);
            await Task.Delay(TimeSpan.FromSeconds(20));
            await Heal(lan, cutsRedis, cutsPostgres);
            await run.Back(CutOff);
        });
        Assert.InRange(seen.WritesAway, TimeSpan.Zero, AwayBound);
        Assert.InRange(seen.ReadsAway, TimeSpan.Zero, AwayBound);
        Assert.InRange(seen.Staleness, TimeSpan.Zero, StalenessBound);
    }

    [Fact]
    public async Task Two_members_that_reach_each_other_and_not_Redis_lose_and_undo_nothing_while_a_third_has_Redis_to_itself()
    {
        var lan = lab.Lan;
        var seen = await FailureRun.Of(lab, Failure.MajorityCutOff, async run =>
        {
            var ends = lab.Members.Sum(static member => member.Ends());
            foreach (var member in lab.Members)
            {
                run.Away(member);
                Assert.True(await member.Takes(CollectionOf(member)));
            }

            await Task.WhenAll(Others.Select(member => lan.Cut(member.Number, lan.RedisAddress)));
            await Cut(lan, cutsRedis: false, cutsPostgres: false);
            await Task.Delay(TimeSpan.FromSeconds(18));

            // Each serves what it holds, and nobody is given up.
            Assert.All(await Task.WhenAll(lab.Members.Select(static member => member.Takes(CollectionOf(member)))), Assert.True);
            Assert.Equal(ends, lab.Members.Sum(static member => member.Ends()));
            await Heal(lan, cutsRedis: false, cutsPostgres: false);
            await Task.WhenAll(Others.Select(member => lan.Heal(member.Number, lan.RedisAddress)));

            // Now the two may still write down that the third is dead: it reads so, ends, and starts again.
            await Task.Delay(TimeSpan.FromSeconds(8));
            foreach (var member in lab.Members)
            {
                await run.Back(member);
            }
        });
        Assert.InRange(seen.Staleness, TimeSpan.Zero, TableBound);
    }

    [Fact]
    public async Task Two_activations_of_one_collection_lose_and_undo_nothing()
    {
        var lan = lab.Lan;
        await FailureRun.Of(lab, Failure.TwoActivations, async run =>
        {
            run.Away(CutOff);
            await Cut(lan, cutsRedis: true, cutsPostgres: true);
            await Task.Delay(TimeSpan.FromSeconds(12));

            // Now it saves what it could not save before, and the others have saved since.
            await lan.Heal(CutOff.Number, lan.PostgresAddress);
            Assert.True(await CutOff.Counts("edgeorleans_commit_conflicts_total", TimeSpan.FromSeconds(15)), "the two never met");
            await Heal(lan, cutsRedis: true, cutsPostgres: false);
            await run.Back(CutOff);
        });
    }

    private static string CollectionOf(Member member) => string.Create(CultureInfo.InvariantCulture, $"held-by-{member.Number}");

    private async Task Cut(Lan lan, bool cutsRedis, bool cutsPostgres)
    {
        if (cutsRedis)
        {
            await lan.Cut(CutOff.Number, lan.RedisAddress);
        }

        if (cutsPostgres)
        {
            await lan.Cut(CutOff.Number, lan.PostgresAddress);
        }

        foreach (var other in Others)
        {
            await lan.CutBetween(CutOff.Number, other.Number);
        }
    }

    private async Task Heal(Lan lan, bool cutsRedis, bool cutsPostgres)
    {
        if (cutsRedis)
        {
            await lan.Heal(CutOff.Number, lan.RedisAddress);
        }

        if (cutsPostgres)
        {
            await lan.Heal(CutOff.Number, lan.PostgresAddress);
        }

        foreach (var other in Others)
        {
            await lan.HealBetween(CutOff.Number, other.Number);
        }
    }
}
