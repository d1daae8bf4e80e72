using System.Globalization;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Services;
using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>
/// More data than the memory budget, for long: collections come and go all the time. Every read must be right, nothing may be refused,
/// and the process must stay within the budget.
/// </summary>
internal sealed class SoakScenario() : Scenario("soak", "90 % GET and 10 % SET on far more data than the memory budget holds")
{
    private const int BudgetMiB = 96;
    private const int ValueBytes = 1000;
    private const int KeysPerCollection = 1000;
    private const int Users = 16;
    private const int Keys = 250_000;
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(10);

    public override bool NeedsService => true;

    public override async Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct)
    {
        var keys = Math.Max(KeysPerCollection, Math.Min(Keys, options.Keys) / KeysPerCollection * KeysPerCollection);
        var load = new KeepUsers(options.Users ?? Users, options.Duration ?? Duration);
        var start = new ServiceStart(options.Service!)
        {
            Options = new Dictionary<string, string> { ["Memory:BudgetBytes"] = (BudgetMiB * 1024L * 1024).ToString(CultureInfo.InvariantCulture) },
        };
        await using var service = await ServiceProcess.Start(start);
        var workload = MixedWorkload.ZipfianCollections(keys / KeysPerCollection, keys, ValueBytes);
        var outcome = await LoadScenario.Measure(await LoadTarget.Find(service.Address), workload, load, options.WarmUp, progress, ct);
        return new ScenarioResult
        {
            Name = Name,
            Summary = Summary,
            Load = $"{keys:N0} values of {ValueBytes:N0} bytes in collections of {KeysPerCollection:N0}, few of which are asked for often, "
                + $"with Memory:BudgetBytes of {BudgetMiB} MiB; {load.Description}, after a warm-up of {options.WarmUp.TotalSeconds:0.#} s",
            Steps = outcome.Steps,
            GeneratorCpuSecondsPerThousand = outcome.GeneratorCpuSecondsPerThousand,
            Usage = outcome.Usage,
            Thresholds =
            [
                .. outcome.Steps.Select(StepThresholds.Right),
                new($"memory stays within {BudgetMiB} MiB", outcome.Usage?.PeakRssMb <= BudgetMiB),
            ],
        };
    }
}
