using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Simulations;

/// <summary>What a run showed.</summary>
/// <param name="Steps">Each kind of request.</param>
/// <param name="LatenessP99Ms">How late 99 of 100 requests of an open loop left at most; null for a closed one.</param>
/// <param name="GeneratorCpuSecondsPerThousand">What the generator itself took for 1,000 requests.</param>
/// <param name="Usage">What the service took.</param>
internal sealed record LoadOutcome(
    IReadOnlyList<StepResult> Steps, double? LatenessP99Ms, double GeneratorCpuSecondsPerThousand, UsageResult? Usage);
