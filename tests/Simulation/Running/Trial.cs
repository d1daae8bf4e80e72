using EdgeOrleans.Simulation.Mutation;

namespace EdgeOrleans.Simulation.Running;

/// <summary>What seeds are to show.</summary>
/// <param name="Mutant">What is broken on purpose.</param>
/// <param name="IsSharedOracleAlone">Whether the oracle of the real process judges alone, to see that it bites by itself.</param>
internal readonly record struct Trial(Mutant Mutant = Mutant.None, bool IsSharedOracleAlone = false)
{
    /// <summary>The options of the command that ask for it.</summary>
    public string Options => (Mutant == Mutant.None ? "" : $" --mutant {Mutant}") + (IsSharedOracleAlone ? " --judge shared" : "");
}
