using System.Globalization;
using EdgeOrleans.Cluster.Tests.Lab;
using EdgeOrleans.Cluster.Tests.Traffic;

namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>
/// A failure under load: clients ask all gateways while it is done and afterwards, until all members are ready again; then everything is
/// read once more, from the members and from storage, and judged. As often as <c>CLUSTER_ROUNDS</c> says.
/// </summary>
internal sealed class FailureRun
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    private readonly List<Absence> _absences = [];

    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;

    /// <summary>Does it.</summary>
    /// <returns>The worst that was seen, when no promise was broken.</returns>
    public static async Task<FailureFigures> Of(ClusterLab lab, Failure failure, Func<FailureRun, Task> what)
    {
        FailureFigures? all = null;
        for (var round = 0; round < Rounds; round++)
        {
            var figures = await Once(lab, $"{failure}-{round}", what);
            all = all?.And(figures) ?? figures;
        }

        lab.Table.Add(failure, all!);
        TestContext.Current.TestOutputHelper!.WriteLine(FailureTable.Row(failure, all!));
        Assert.True(all!.Faults.Count == 0, string.Join('\n', all.Faults));
        return all;
    }

    /// <summary>From now until <see cref="Back"/> a member's own gateway is not expected to serve.</summary>
    public void Away(Member member) => _absences.Add(new Absence(member.Number, Moment.Now, long.MaxValue));

    /// <summary>Waits until it is ready, and then its gateway counts again.</summary>
    public async Task Back(Member member)
    {
        await member.WaitReady();
        var index = _absences.FindLastIndex(absence => absence.Gateway == member.Number);
        _absences[index] = _absences[index] with { Until = Moment.Now };
    }

    private static async Task<FailureFigures> Once(ClusterLab lab, string name, Func<FailureRun, Task> what)
    {
        await lab.MakeWhole();
        var run = new FailureRun();
        await using var traffic = new OpenLoop(lab.Members.Select(static member => member.Address), name);
        try
        {
            await traffic.Begin();
            await Task.Delay(Before);
            await what(run);
            await lab.MakeWhole();
        }
        catch
        {
            await lab.StartAnew();
            throw;
        }

        lab.MustHaveKeptItsPasswords();
        await Task.Delay(After);
        var record = await traffic.Finish();
        await Evidence.Write($"{name}.log", record.Attempts.Where(static attempt => !attempt.IsServed).OrderBy(static attempt => attempt.Operation.Begin).Select(static attempt => attempt.ToString()));
        return FailureFigures.Of(record, run._absences, await lab.Stored(name));
    }
}
