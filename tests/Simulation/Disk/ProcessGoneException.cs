namespace EdgeOrleans.Simulation.Disk;

/// <summary>
/// The process ended at this operation: the power went, or it was killed. No <see cref="IOException"/>, so that nothing takes it for
/// a fault that the process survives: whatever runs after it runs in a process that is no more, and the simulation discards what it says.
/// </summary>
internal sealed class ProcessGoneException() : Exception("the process is gone");
