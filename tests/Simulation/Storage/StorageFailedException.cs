namespace EdgeOrleans.Simulation.Storage;

/// <summary>A storage call failed; whether it did its work is unknown.</summary>
internal sealed class StorageFailedException(string message) : Exception(message);
