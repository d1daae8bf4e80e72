using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Cluster;

/// <summary>What a request costs at sites of one, two and three silos, when the silo that is asked holds the collection and when another does.</summary>
internal static class Requests
{
    private const int Users = 16;
    private const string Collection = "requests";

    public static async Task Print(TextWriter output, Bench bench, IReadOnlyList<Site> sites, CancellationToken ct)
    {
        var loads = new List<BenchLoad>();
        foreach (var site in sites)
        {
            foreach (var kind in Enum.GetValues<RequestKind>())
            {
                var workload = new CollectionWorkload(kind, Collection, 1);
                await workload.Prepare(site.Gateways[Site.Home]);
                loads.Add(new BenchLoad($"{workload.KindName}, {site.Name}, local", site, Site.Home, workload, Users));
                if (site.Elsewhere is { } gateway)
                {
                    loads.Add(new BenchLoad($"{workload.KindName}, {site.Name}, remote", site, gateway, workload, Users));
                }
            }
        }

        var costs = await bench.Run(loads, ct);
        output.WriteLine($"A request, {Users} users on one collection: CPU µs of each process");
        output.WriteLine(TextTable.Of(CostColumns, loads.Zip(costs).OrderBy(static pair => pair.First.Workload.Kind).Select(static pair => CostRow(pair.First.Name, pair.Second))));
    }

    public static IReadOnlyList<string> CostColumns { get; } = ["", "silo asked", "other silos", "PostgreSQL", "Redis", "rate/s", "p50 ms", "p99 ms", "errors"];

    public static IReadOnlyList<string> CostRow(string name, Cost cost) =>
    [
        name, $"{cost.Asked:N0}", $"{cost.Others:N0}", $"{cost.Postgres:N0}", $"{cost.Redis:N1}", $"{cost.RatePerSecond:N0}", Figures.Ms(cost.P50Ms), Figures.Ms(cost.P99Ms), $"{cost.Errors}",
    ];
}
