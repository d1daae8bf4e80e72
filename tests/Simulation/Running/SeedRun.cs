using EdgeOrleans.Simulation.Mutation;

namespace EdgeOrleans.Simulation.Running;

/// <summary>One seed under way: its chance, its trace, what it counted.</summary>
internal sealed class SeedRun(ulong seed, Mutant mutant, bool traced)
{
    public ulong Seed => seed;

    /// <summary>What is broken on purpose.</summary>
    public Mutant Mutant => mutant;

    public SeededRandom Random { get; } = new(seed);

    public Trace Trace { get; } = new(traced);

    public SeedCounts Counts { get; } = new();
}
