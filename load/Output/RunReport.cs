using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeOrleans.Load.Scenarios;

namespace EdgeOrleans.Load.Output;

/// <summary>All scenarios of one run, as <c>--json</c> writes them.</summary>
internal sealed record RunReport(DateTimeOffset StartedAt, string Machine, string Target, IReadOnlyList<ScenarioResult> Scenarios)
{
    /// <summary>Whether every threshold held.</summary>
    public bool Holds => Scenarios.All(static scenario => scenario.Thresholds.All(static threshold => threshold.Holds));

    public string ToJson() => JsonSerializer.Serialize(this, RunReportJson.Default.RunReport);
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class RunReportJson : JsonSerializerContext;
