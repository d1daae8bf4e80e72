using EdgeOrleans.Load.Scenarios;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Load.Tests;

/// <summary>docs/load.md tells what there is.</summary>
public sealed class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(ServiceBinary.RepositoryRoot, "docs", "load.md"));

    [Fact]
    public void Every_scenario_is_told() =>
        Assert.All(ScenarioList.All, static scenario => Assert.Contains($"| `{scenario.Name}` |", Document, StringComparison.Ordinal));
}
