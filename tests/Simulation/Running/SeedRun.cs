using EdgeOrleans.Simulation.Mutation;

namespace EdgeOrleans.Simulation.Running;

/// <summary>One seed under way: its chance, its trace, what it counted.</summary>
internal sealed class SeedRun(ulong seed, Trial trial, bool traced)
{
    public ulong Seed => seed;

    public Trial Trial => trial;

    /// <summary>What is broken on purpose.</summary>
    public Mutant Mutant => trial.Mutant;

    /// <summary>Whether the oracle of the real process judges alone: what any other finds ends a life, and no more.</summary>
    public bool IsSharedOracleAlone => trial.IsSharedOracleAlone;

    public SeededRandom Random { get; } = new(seed);

    public Trace Trace { get; } = new(traced);

    public SeedCounts Counts { get; } = new();
}
