using System.Diagnostics;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>
/// The load goes on while the service is stopped and started. Errors are part of it; an answered write that a later read does not
/// show is not.
/// </summary>
internal sealed class RestartScenario() : Scenario("restart", "90 % GET and 10 % SET while the service is stopped and started")
{
    private const int Rate = 200;
    private const int Users = 16;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    public override bool NeedsService => true;

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        var load = new Inject(options.Rate ?? Rate, options.Users ?? Users, options.Duration ?? Duration);
        await using var service = await ServiceProcess.Start(options.Service!);
        var target = await LoadTarget.Find(service.Address);
        var workload = MixedWorkload.Zipfian();
        await workload.Prepare(target);

        // Nothing of the process is measured: it is another one afterwards.
        var run = new LoadRun(target, workload, load, new RunSetup(options.WarmUp, progress, Usage: null));
        var running = run.Run(ct);
        await Task.Delay(options.WarmUp + (load.Duration / 3), ct);
        var askedAt = Stopwatch.GetTimestamp();
        await service.Stop();
        var startedAt = Stopwatch.GetTimestamp();
        run.Current.WatchFrom(startedAt);
        await service.Begin();
        var listensAt = Stopwatch.GetTimestamp();
        var outcome = await running;
        var servedAt = run.Current.FirstSuccessAt;
        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"{load.Description}, after a warm-up of {options.WarmUp.TotalSeconds:0.#} s; SIGTERM after a third of it",
            Steps = outcome.Steps,
            LatenessP99Ms = outcome.LatenessP99Ms,
            Table = new ResultTable(
                ["from", "to", "ms"],
                [
                    ["SIGTERM", "the process has ended", Time(askedAt, startedAt)],
                    ["its start", "it says that it listens", Time(startedAt, listensAt)],
                    ["its start", "the first right answer", servedAt == 0 ? "never" : Time(startedAt, servedAt)],
                ]),
            Thresholds =
            [
                new("it serves again", servedAt != 0),
                .. outcome.Steps.Select(static step =>
                    new Threshold($"{step.Name}: no wrong answer", !step.Errors.ContainsKey(ErrorKind.WrongAnswer) && step.Count > 0)),
            ],
        };
    }

    private static string Time(long from, long to) => $"{Stopwatch.GetElapsedTime(from, to).TotalMilliseconds:N0}";
}
