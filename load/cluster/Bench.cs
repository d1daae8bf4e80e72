using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Simulations;

namespace EdgeOrleans.Load.Cluster;

/// <summary>Runs loads in turn, round by round, so that a machine that slows down slows all of them.</summary>
internal sealed class Bench(Servers servers, int rounds, TimeSpan length, TimeSpan warmUp, ProgressLine progress)
{
    private const double Microseconds = 1e6;

    public Servers Servers => servers;

    /// <summary>The medians of each load.</summary>
    public async Task<IReadOnlyList<Cost>> Run(IReadOnlyList<BenchLoad> loads, CancellationToken ct)
    {
        foreach (var load in loads)
        {
            await Once(load, "warm-up", warmUp, ct);
        }

        var costs = loads.Select(static _ => new List<Cost>()).ToArray();
        for (var round = 1; round <= rounds; round++)
        {
            for (var i = 0; i < loads.Count; i++)
            {
                costs[i].Add(await Once(loads[i], $"round {round} of {rounds}", length, ct));
            }
        }

        progress.Clear();
        return [.. costs.Select(Cost.Median)];
    }

    private async Task<Cost> Once(BenchLoad load, string phase, TimeSpan time, CancellationToken ct)
    {
        progress.Show($"{phase}: {load.Name}");
        var before = CpuReading.Of(servers, load.Site, load.Gateway);
        var users = new KeepUsers(load.Users, time);
        var outcome = await new LoadRun(load.Site.Gateways[load.Gateway], load.Workload, users, new RunSetup(TimeSpan.Zero, progress, null)).Run(ct);
        var taken = CpuReading.Of(servers, load.Site, load.Gateway) - before;
        var step = outcome.Steps[0];
        var each = Microseconds / Math.Max(1, step.Count + step.ErrorCount);
        return new Cost(taken.Asked * each, taken.Others * each, taken.Postgres * each, taken.Redis * each, step.RatePerSecond, step.P50Ms, step.P99Ms, step.ErrorCount);
    }
}

/// <summary>One load on one gateway of a site.</summary>
internal sealed record BenchLoad(string Name, Site Site, int Gateway, CollectionWorkload Workload, int Users);
