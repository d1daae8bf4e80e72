namespace EdgeOrleans.Simulation.Judgement;

/// <summary>A promise was broken that the oracle of the real process knows, too.</summary>
internal sealed class SharedOracleException(string fault) : OracleException($"the shared oracle: {fault}");
