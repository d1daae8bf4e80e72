using System.Diagnostics;
using System.Globalization;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>What grows with the data and what does not: a service of its own for each number of collections and keys.</summary>
internal sealed class ScaleScenario() : Scenario("scale", "cost of a request, memory and restart as the data grows")
{
    private const int Users = 16;

    // One collection of a million keys is far beyond the default limit.
    private const string CollectionBytes = "1073741824";

    // Measured: a key of 100 bytes takes less than this at the service's peak, generator included.
    private const long BytesPerKey = 1024;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);
    private static readonly int[] CollectionCounts = [1, 100, 10_000];
    private static readonly int[] KeyCounts = [1_000, 100_000, 1_000_000];

    public override bool NeedsService => true;

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        var load = new KeepUsers(options.Users ?? Users, options.Duration ?? Duration);
        var rows = new List<IReadOnlyList<string>>();
        var thresholds = new List<Threshold>();
        var sizes = from collections in CollectionCounts
                    from keys in KeyCounts
                    where collections <= keys
                    select (collections, keys);
        foreach (var (collections, keys) in sizes)
        {
            var name = $"{collections:N0} {(collections == 1 ? "collection" : "collections")}, {keys:N0} keys";
            if (keys > options.Keys || keys * BytesPerKey > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            {
                rows.Add([name, keys > options.Keys ? "left out by --keys" : "too little memory here", "", "", "", "", "", "", ""]);
                continue;
            }

            progress.Show($"scale: {name}");
            var (row, holds) = await Measure(options, load, MixedWorkload.Uniform(collections, keys), progress, ct);
            rows.Add([name, .. row]);
            thresholds.Add(new($"{name}: no wrong answer and no error", holds));
        }

        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"90 % GET and 10 % SET, keys all alike, {load.Description}, after a warm-up of {options.WarmUp.TotalSeconds:0.#} s",
            Table = new ResultTable(
                ["data", "rate/s", "CPU µs a request", "GET p50 ms", "GET p99 ms", "SET p99 ms", "RSS MB", "restart ms", "RSS MB after it"], rows),
            Thresholds = thresholds,
        };
    }

    private static async Task<(IReadOnlyList<string> Row, bool Holds)> Measure(
        ScenarioOptions options, KeepUsers load, MixedWorkload workload, ProgressLine progress, CancellationToken ct)
    {
        var start = new ServiceStart(options.Service!) { Options = new Dictionary<string, string> { ["Limits:CollectionBytes"] = CollectionBytes } };
        await using var service = await ServiceProcess.Start(start);
        var outcome = await LoadScenario.Measure(await LoadTarget.Find(service.Address), workload, load, options.WarmUp, progress, ct);
        await service.Stop();
        var since = Stopwatch.GetTimestamp();
        await service.Begin();
        var isThere = await workload.IsThere(await LoadTarget.Find(service.Address), 0);
        var restart = Stopwatch.GetElapsedTime(since);
        var get = outcome.Steps[0];
        var set = outcome.Steps[1];
        IReadOnlyList<string> row =
        [
            $"{get.RatePerSecond + set.RatePerSecond:N0}",
            $"{outcome.Usage?.CpuSecondsPerThousand * 1000:N0}",
            Figures.Ms(get.P50Ms),
            Figures.Ms(get.P99Ms),
            Figures.Ms(set.P99Ms),
            $"{outcome.Usage?.RssMb:N0}",
            $"{restart.TotalMilliseconds:N0}",
            string.Create(CultureInfo.InvariantCulture, $"{ProcessStatus.RssMb(service.Id):N0}"),
        ];
        return (row, isThere && get.ErrorCount + set.ErrorCount == 0 && get.Count > 0);
    }
}
