using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Scenarios;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Peers;

/// <summary>How much load the generator itself can make, measured on what is cheapest to load: the bare route.</summary>
internal static class Ceiling
{
    // A tenth of the p99 that scenarios are judged by: what leaves later than this makes the generator part of what it measures.
    private const double LateMs = 5;
    private const int Connections = 16;
    private static readonly int[] Rates = [1_000, 10_000, 20_000, 40_000, 60_000];

    public static async Task Print(TextWriter output, RunningPeer bare, double wrkRate, TimeSpan duration, TimeSpan warmUp, ProgressLine progress, CancellationToken ct)
    {
        var target = await LoadTarget.Find(new Uri($"http://127.0.0.1:{bare.Port}"));
        var closed = await LoadScenario.Measure(target, ConstantWorkload.Key(), new KeepUsers(Connections, duration), warmUp, progress, ct);
        var open = new List<(int Rate, LoadOutcome Outcome)>();
        foreach (var rate in Rates)
        {
            var outcome = await LoadScenario.Measure(target, ConstantWorkload.Key(), new Inject(rate, Connections, duration), TimeSpan.Zero, progress, ct);
            open.Add((rate, outcome));
        }

        progress.Clear();
        output.WriteLine($"The generators on the bare route, {Connections} connections");
        output.Write(TextTable.Of(
            ["", "rate/s", "p50 ms", "p99 ms", "CPU s per 1,000", "99 % sent within ms"],
            open.Select(static run => (IReadOnlyList<string>)
                [$"this one, {run.Rate:N0}/s due", $"{run.Outcome.Steps[0].RatePerSecond:N0}", Figures.Ms(run.Outcome.Steps[0].P50Ms), Figures.Ms(run.Outcome.Steps[0].P99Ms), Cpu(run.Outcome), Figures.Ms(run.Outcome.LatenessP99Ms ?? 0)])
                .Prepend([$"this one, {Connections} users", $"{closed.Steps[0].RatePerSecond:N0}", Figures.Ms(closed.Steps[0].P50Ms), Figures.Ms(closed.Steps[0].P99Ms), Cpu(closed), ""])
                .Prepend(["wrk", $"{wrkRate:N0}", "", "", "", ""])));
        var most = open.Where(static run => run.Outcome.LatenessP99Ms <= LateMs).Select(static run => run.Rate).DefaultIfEmpty(0).Max();
        output.WriteLine($"  In an open loop it keeps up to {most:N0} requests/s: 99 of 100 leave within {LateMs:0} ms of their moment.");
    }

    private static string Cpu(LoadOutcome outcome) => $"{outcome.GeneratorCpuSecondsPerThousand:0.000}";
}
