using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>The service in the confines of a small device, under loads that such a device meets.</summary>
internal sealed class LimitsScenario() : Scenario("limits", "the service with half a processor and 256 MiB")
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    public override bool NeedsService => true;

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        using var confinement = Confinement.Make();
        var start = new ServiceStart(options.Service!) { Prefix = confinement.Prefix, Options = confinement.Variables };
        await using var service = await ServiceProcess.Start(start);
        var target = await LoadTarget.Find(service.Address);
        var duration = options.Duration ?? Duration;
        (string Name, Workload Workload, LoadSimulation Load)[] runs =
        [
            ("get", ConstantWorkload.Key(), new Inject(options.Rate ?? 100, options.Users ?? 16, duration)),
            ("health", ConstantWorkload.Health(), new KeepUsers(options.Users ?? 100, duration)),
            ("users", ConstantWorkload.Key(), new KeepUsers(options.Users ?? 100, duration)),
            ("set", new SetWorkload(), new KeepUsers(options.Users ?? 16, duration)),
            ("mixed", MixedWorkload.Zipfian(), new Inject(options.Rate ?? 500, options.Users ?? 64, duration)),
            ("large", new LargeWorkload(), new Inject(options.Rate ?? 20, options.Users ?? 4, duration)),
            ("batch", new BatchWorkload(), new Inject(options.Rate ?? 5, options.Users ?? 4, duration)),
        ];
        var steps = new List<StepResult>();
        var rows = new List<string[]>();
        foreach (var (name, workload, load) in runs)
        {
            var outcome = await LoadScenario.Measure(target, workload, load, options.WarmUp, progress, ct);
            steps.AddRange(outcome.Steps.Select(step => step with { Name = step.Name == name ? name : $"{name}: {step.Name}" }));
            rows.Add([name, $"{outcome.Usage?.CpuSecondsPerThousand:0.000}", $"{outcome.Usage?.RssMb:0.0}", $"{outcome.Usage?.PeakRssMb:0.0}"]);
        }

        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"{confinement.Description}; {string.Join("; ", runs.Select(static run => $"{run.Name}: {run.Load.Description}"))}; each after a warm-up of {options.WarmUp.TotalSeconds:0.#} s",
            Steps = steps,
            Table = new ResultTable(["what the service took", "CPU s per 1,000", "RSS MB", "its peak"], rows),
            Thresholds = [.. steps.Select(StepThresholds.Right), .. steps.Select(step => StepThresholds.Quick(step, options.P99Ms))],
        };
    }
}
