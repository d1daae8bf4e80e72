namespace EdgeOrleans.Simulation.Judgement;

/// <summary>A promise was broken.</summary>
internal sealed class OracleException(string message) : Exception(message);
