using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Cluster;

/// <summary>How many writes and commits one collection takes in a second, by how many write at once.</summary>
internal static class Writers
{
    private static readonly int[] Counts = [1, 16, 64];

    public static async Task Print(TextWriter output, Bench bench, Site site, CancellationToken ct)
    {
        // A collection for each count, so that each has commits of its own to count.
        var loads = Counts.Select(count => new BenchLoad($"{count} at once", site, Site.Home, new CollectionWorkload(RequestKind.Set, $"writers{count}-", 1), count)).ToArray();
        foreach (var load in loads)
        {
            await load.Workload.Prepare(site.Gateways[Site.Home]);
        }

        var rows = new List<IReadOnlyList<string>>();
        foreach (var load in loads)
        {
            var before = await Commits.Read(site, ct);
            var cost = (await bench.Run([load], ct))[0];
            var after = await Commits.Read(site, ct);
            var writesEach = (after.Writes - before.Writes) / (after.Count - before.Count);
            rows.Add(
            [
                load.Name, $"{cost.RatePerSecond:N0}", $"{cost.RatePerSecond / writesEach:N0}", $"{writesEach:0.0}",
                Figures.Ms(cost.P50Ms), Figures.Ms(cost.P99Ms), $"{cost.Asked:N0}", $"{cost.Postgres:N0}", $"{cost.Errors}",
            ]);
        }

        output.WriteLine($"Writers of one collection at a site of {site.Name}: CPU µs for each write");
        output.WriteLine(TextTable.Of(["", "writes/s", "commits/s", "writes each", "p50 ms", "p99 ms", "silo", "PostgreSQL", "errors"], rows));
    }

    /// <summary>What a silo has committed so far.</summary>
    private readonly record struct Commits(double Count, double Writes)
    {
        public static async Task<Commits> Read(Site site, CancellationToken ct)
        {
            var counters = await ServiceCounters.Read(new Uri($"http://{site.Gateways[Site.Home].Host}"), ct);
            return new Commits(counters.Sum("edgeorleans_commit_writes_count"), counters.Sum("edgeorleans_commit_writes_sum"));
        }
    }
}
