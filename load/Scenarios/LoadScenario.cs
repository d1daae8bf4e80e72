using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>One workload under one load simulation.</summary>
internal sealed class LoadScenario(string name, string summary, Func<Workload> workload, LoadSimulation simulation) : Scenario(name, summary)
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(30);

    /// <summary>Whether the slowest answer, and not only the 99th of 100, must be in time.</summary>
    public bool BoundsEveryAnswer { get; init; }

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        await using var service = options.Service is null ? null : await ServiceProcess.Start(options.Service);
        var target = await LoadTarget.Find(service?.Address ?? options.Address);
        var load = Simulation(options);
        var outcome = await Measure(target, workload(), load, options.WarmUp, progress, ct);
        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"{load.Description}, after a warm-up of {options.WarmUp.TotalSeconds:0.#} s",
            Steps = outcome.Steps,
            LatenessP99Ms = outcome.LatenessP99Ms,
            GeneratorCpuSecondsPerThousand = outcome.GeneratorCpuSecondsPerThousand,
            Usage = outcome.Usage,
            Thresholds = Judge(outcome.Steps, options.P99Ms),
        };
    }

    /// <summary>Prepares and runs.</summary>
    public static async Task<LoadOutcome> Measure(LoadTarget target, Workload workload, LoadSimulation load, TimeSpan warmUp, ProgressLine progress, CancellationToken ct)
    {
        await workload.Prepare(target);
        return await new LoadRun(target, workload, load, new RunSetup(warmUp, progress, ServiceUsage.Find(target.EndPoint))).Run(ct);
    }

    private LoadSimulation Simulation(ScenarioOptions options)
    {
        var users = options.Users ?? simulation.Users;
        var duration = options.Duration ?? simulation switch
        {
            Inject open => open.Duration,
            KeepUsers closed => closed.Duration,
            _ => DefaultDuration,
        };
        return options.Rate is { } rate ? new Inject(rate, users, duration) : simulation switch
        {
            Inject open => open with { Users = users, Duration = duration },
            KeepUsers => new KeepUsers(users, duration),
            _ => simulation with { Users = users },
        };
    }

    private List<Threshold> Judge(IReadOnlyList<StepResult> steps, double p99Ms)
    {
        var thresholds = new List<Threshold>();
        foreach (var step in steps)
        {
            thresholds.Add(StepThresholds.Right(step));
            thresholds.Add(StepThresholds.Quick(step, p99Ms));
            if (BoundsEveryAnswer)
            {
                thresholds.Add(StepThresholds.AllQuick(step, p99Ms));
            }
        }

        return thresholds;
    }
}
