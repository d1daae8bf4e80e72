using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Simulation.Mutation;

/// <summary>Believes any clock.</summary>
internal sealed class CredulousClockSource : IClockSource
{
    public bool IsSynchronised => true;
}
