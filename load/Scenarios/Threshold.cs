namespace EdgeOrleans.Load.Scenarios;

/// <summary>What must hold of a run, and whether it did: the exit code is made of these.</summary>
internal sealed record Threshold(string Text, bool Holds);
