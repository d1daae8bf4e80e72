namespace EdgeOrleans.Simulation.Judgement;

/// <summary>A promise was broken.</summary>
internal class OracleException(string message) : Exception(message);
