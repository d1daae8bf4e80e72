using System.Diagnostics;
using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Cluster;

/// <summary>What a request costs when it may be for any of many collections, all held by one silo of a site.</summary>
internal static class ManyCollections
{
    /// <summary>The most that are made.</summary>
    public const int Most = 10_000;

    private const int Users = 16;
    private const string Prefix = "many";
    private static readonly int[] Counts = [1, 100, Most];

    public static async Task Print(TextWriter output, Bench bench, Site site, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        await new CollectionWorkload(RequestKind.Get, Prefix, Most).Prepare(site.Gateways[Site.Home]);
        var made = Stopwatch.GetElapsedTime(since);
        var loads = (from kind in new[] { RequestKind.Get, RequestKind.Set }
                     from gateway in new[] { Site.Home, site.Elsewhere ?? Site.Home }
                     from count in Counts
                     let workload = new CollectionWorkload(kind, Prefix, count)
                     select new BenchLoad($"{workload.KindName} {(gateway == Site.Home ? "local" : "remote")}, {count:N0}", site, gateway, workload, Users)).ToArray();
        var costs = await bench.Run(loads, ct);
        output.WriteLine($"Many collections at a site of {site.Name}, {Users} users, collections all alike: CPU µs of each process");
        output.Write(TextTable.Of(Requests.CostColumns, loads.Zip(costs, static (load, cost) => Requests.CostRow(load.Name, cost))));
        output.WriteLine($"  {Most:N0} collections were made in {made.TotalSeconds:0.0} s, {made.TotalMilliseconds * 1000 / Most:N0} µs each.");
        output.WriteLine();
    }
}
