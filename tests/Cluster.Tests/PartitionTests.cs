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
    private const int CutOff = 1;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    // A member that hears of nobody answers for six seconds.
    private static readonly TimeSpan StalenessBound = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task Member_cut_off_from_the_others_loses_and_undoes_nothing()
    {
        var seen = await FailureRun.Of(lab, Failure.CutFromMembers, run => Cut(run, cutsRedis: false));
        Assert.InRange(seen.Staleness, TimeSpan.Zero, StalenessBound);
    }

    [Fact]
    public async Task Two_activations_of_one_collection_lose_and_undo_nothing()
    {
        var seen = await FailureRun.Of(lab, Failure.CutFromMembersAndRedis, run => Cut(run, cutsRedis: true));
        Assert.InRange(seen.Staleness, TimeSpan.Zero, StalenessBound);
    }

    private async Task Cut(FailureRun run, bool cutsRedis)
    {
        var lan = lab.Lan;
        int[] others = [.. lab.Members.Select(static member => member.Number).Where(static number => number != CutOff)];
        run.Away(lab.Members[CutOff]);
        if (cutsRedis)
        {
            await lan.Cut(CutOff, lan.RedisAddress);
        }

        foreach (var other in others)
        {
            await lan.CutBetween(CutOff, other);
        }

        await Task.Delay(Time);
        if (cutsRedis)
        {
            await lan.Heal(CutOff, lan.RedisAddress);
        }

        foreach (var other in others)
        {
            await lan.HealBetween(CutOff, other);
        }

        await run.Back(lab.Members[CutOff]);
    }
}
