using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>
/// What clients notice of the work behind their requests: a collection of the size that is allowed is saved whole again and again, the
/// journal goes from segment to segment, and the collector runs, all of it because other clients write large batches. No request may be late.
/// </summary>
internal sealed class SavesScenario() : Scenario("saves", "90 % GET and 10 % SET of the largest collection while it is saved whole again and again")
{
    private const int Keys = 100_000;
    private const int Rate = 200;
    private const int BatchesPerSecond = 10;
    private const int BatchUsers = 10;

    // Within this, more changes than the service saves as a difference: each save is one of the whole collection.
    private const string SaveAfterMs = "1000";

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    public override bool NeedsService => true;

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        var duration = options.Duration ?? Duration;
        var load = new Inject(options.Rate ?? Rate, options.Users ?? 16, duration);
        var batches = new Inject(BatchesPerSecond, BatchUsers, duration);
        var start = new ServiceStart(options.Service!) { Options = new Dictionary<string, string> { ["WriteBehind:SaveAfterMs"] = SaveAfterMs } };
        await using var service = await ServiceProcess.Start(start);
        var target = await LoadTarget.Find(service.Address);
        var workload = MixedWorkload.Uniform(collections: 1, Math.Min(Keys, options.Keys));
        await workload.Prepare(target);

        var before = await ServiceCounters.Read(service.Address, ct);
        var setup = new RunSetup(options.WarmUp, progress, ServiceUsage.Find(target.EndPoint));
        var alone = new RunSetup(options.WarmUp, progress, Usage: null);
        var outcomes = await Task.WhenAll(
            new LoadRun(target, workload, load, setup).Run(ct),
            new LoadRun(target, new BatchWorkload([MixedWorkload.FirstCollection]), batches, alone).Run(ct));
        var after = await ServiceCounters.Read(service.Address, ct);
        double Since(string counter) => after.Sum(counter) - before.Sum(counter);
        var saves = Since("edgeorleans_save_collections_total{target=\"sqlite\",outcome=\"saved\"}");
        var steps = outcomes.SelectMany(static outcome => outcome.Steps).ToArray();
        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"{load.Description}, beside batches of 1000 SETs at {BatchesPerSecond} a second, with WriteBehind:SaveAfterMs of {SaveAfterMs}; after a warm-up of {options.WarmUp.TotalSeconds:0.#} s",
            Steps = steps,
            LatenessP99Ms = outcomes[0].LatenessP99Ms,
            Usage = outcomes[0].Usage,
            Table = new ResultTable(
                ["what went on meanwhile", "saves", "MB saved", "MB written in all", "collections of garbage"],
                [
                    [
                        "warm-up included", $"{saves:N0}", $"{Since("edgeorleans_storage_written_bytes_total{") / 1e6:N0}",
                        $"{Since("edgeorleans_flash_written_bytes_total ") / 1e6:N0}", $"{Since("dotnet_gc_collections_total{"):N0}",
                    ],
                ]),
            Thresholds =
            [
                .. steps.Select(StepThresholds.Right),
                .. outcomes[0].Steps.Select(step => StepThresholds.AllQuick(step, options.P99Ms)),
                new("it was saved meanwhile", saves > 0),
            ],
        };
    }
}
