namespace EdgeOrleans.Simulation.Disk;

/// <summary>
/// The power went at this operation. No <see cref="IOException"/>, so that nothing takes it for a fault that the process survives:
/// whatever runs after it runs in a process that is no more, and the simulation discards what it says.
/// </summary>
internal sealed class PowerCutException() : Exception("the power is gone");
