using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>All that a scenario showed.</summary>
internal sealed record ScenarioResult
{
    public required string Name { get; init; }

    public required string Summary { get; init; }

    /// <summary>The load in words, warm-up included.</summary>
    public required string Load { get; init; }

    public IReadOnlyList<StepResult> Steps { get; init; } = [];

    /// <summary>How late 99 of 100 requests of an open loop left the generator at most; null for a closed loop.</summary>
    public double? LatenessP99Ms { get; init; }

    /// <summary>What the generator itself took for 1,000 requests; null when the scenario has several runs.</summary>
    public double? GeneratorCpuSecondsPerThousand { get; init; }

    public UsageResult? Usage { get; init; }

    /// <summary>What the scenario compares, when it does.</summary>
    public ResultTable? Table { get; init; }

    public required IReadOnlyList<Threshold> Thresholds { get; init; }
}

/// <summary>A table of a scenario's own.</summary>
internal sealed record ResultTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
