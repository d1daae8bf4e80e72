using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>What is asked of steps.</summary>
internal static class StepThresholds
{
    /// <summary>However long it took.</summary>
    public static Threshold Right(StepResult step) => new($"{step.Name}: no wrong answer and no error", step.ErrorCount == 0 && step.Count > 0);

    /// <summary>99 of 100 in time.</summary>
    public static Threshold Quick(StepResult step, double p99Ms) => new($"{step.Name}: p99 of at most {p99Ms:0.###} ms", step.P99Ms <= p99Ms);

    /// <summary>Each in time.</summary>
    public static Threshold AllQuick(StepResult step, double limitMs) =>
        new($"{step.Name}: every answer within {limitMs:0.###} ms", step.MaxMs <= limitMs);
}
