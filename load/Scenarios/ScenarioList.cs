using EdgeOrleans.Load.Simulations;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>Every scenario there is.</summary>
internal static class ScenarioList
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new LoadScenario("get", "GET of one key", ConstantWorkload.Key, new Inject(100, 16, Duration)),
        new LoadScenario("health", "GET /health", ConstantWorkload.Health, new Iterations(10_000, 100)),
        new LoadScenario("users", "GET of one key by many at once, each answer in time", ConstantWorkload.Key, new KeepUsers(100, Duration))
        {
            BoundsEveryAnswer = true,
        },
        new LoadScenario("set", "durable SET of 100 bytes", static () => new SetWorkload(), new KeepUsers(16, Duration)),
        new LoadScenario("mixed", "90 % GET and 10 % SET, zipfian keys in 100 collections", MixedWorkload.Zipfian, new Inject(500, 64, Duration)),
        new LoadScenario("batch", "batches of 1000 SETs", static () => new BatchWorkload(), new KeepUsers(1, Duration)),
        new LoadScenario("large", "SET and GET of 64 KiB in turn", static () => new LargeWorkload(), new Inject(100, 16, Duration)),
        new RestartScenario(),
        new SlowFlashScenario(),
        new LimitsScenario(),
        new SavesScenario(),
        new ScaleScenario(),
        new SoakScenario(),
    ];

    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);
}
