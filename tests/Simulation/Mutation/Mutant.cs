namespace EdgeOrleans.Simulation.Mutation;

/// <summary>The code broken in one place on purpose, to see whether the oracle bites.</summary>
internal enum Mutant
{
    /// <summary>The code as it is.</summary>
    None,

    /// <summary>The flush of a file does nothing.</summary>
    NoFlush,

    /// <summary>The flush of the directory does nothing.</summary>
    NoDirectoryFlush,
}
