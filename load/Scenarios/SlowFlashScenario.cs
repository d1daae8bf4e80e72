using System.Globalization;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>
/// What clients notice of a poor card: every flush takes longer by the service's option for tests. Reads must not notice; writes
/// show what it is worth that they share flushes.
/// </summary>
internal sealed class SlowFlashScenario() : Scenario("slowflash", "90 % GET and 10 % SET, and SET alone, with every flush delayed by 0, 20 and 200 ms")
{
    private const int Rate = 500;
    private const int Users = 128;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    private static readonly int[] DelaysMs = [0, 20, 200];

    public override bool NeedsService => true;

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        var users = options.Users ?? Users;
        var duration = options.Duration ?? Duration;
        var mixed = new Inject(options.Rate ?? Rate, users, duration);
        var alone = new KeepUsers(users, duration);
        var steps = new List<StepResult>();
        var thresholds = new List<Threshold>();
        var rows = new List<string[]>();
        foreach (var delay in DelaysMs)
        {
            await using var service = await ServiceProcess.Start(Slow(options.Service!, delay));
            var target = await LoadTarget.Find(service.Address);
            var both = await LoadScenario.Measure(target, MixedWorkload.Zipfian(), mixed, options.WarmUp, progress, ct);
            var sets = await LoadScenario.Measure(target, new SetWorkload(), alone, options.WarmUp, progress, ct);
            var these = both.Steps.Select(step => step with { Name = $"{delay} ms: {step.Name}" })
                .Append(sets.Steps[0] with { Name = $"{delay} ms: {sets.Steps[0].Name} alone" }).ToArray();
            steps.AddRange(these);
            thresholds.AddRange(these.Select(StepThresholds.Right));
            thresholds.Add(StepThresholds.Quick(these[0], options.P99Ms));
            rows.Add([$"{delay} ms", $"{sets.Steps[0].RatePerSecond:N0}", delay == 0 ? "" : $"{1000 / delay}", delay == 0 ? "" : $"{sets.Steps[0].RatePerSecond * delay / 1000:0.0}"]);
        }

        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"{mixed.Description}; SET alone: {alone.Description}; each after a warm-up of {options.WarmUp.TotalSeconds:0.#} s",
            Steps = steps,
            Table = new ResultTable(["a flush is delayed by", "SET/s alone", "flushes/s at most", "SETs that share a flush"], rows),
            Thresholds = thresholds,
        };
    }

    private static ServiceStart Slow(string binary, int delayMs) => new(binary)
    {
        Options = new Dictionary<string, string> { ["Testing:FlushDelayMs"] = delayMs.ToString(CultureInfo.InvariantCulture) },
    };
}
