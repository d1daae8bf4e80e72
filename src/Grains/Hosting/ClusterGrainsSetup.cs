using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains;

/// <summary>All that the grains of a member of a cluster are built from. The options must be valid.</summary>
public sealed class ClusterGrainsSetup
{
    /// <summary>How much is taken in.</summary>
    public LimitsOptions Limits { get; init; } = new();

    /// <summary>How long calls wait.</summary>
    public WritesOptions Writes { get; init; } = new();

    /// <summary>How long collections stay in memory.</summary>
    public MemoryOptions Memory { get; init; } = new();

    /// <summary>Makes the primary storage that all members share: its name and its rows count here, when and how they are written does not.</summary>
    public required Func<IServiceProvider, WriteBehindTarget> Storage { get; init; }

    /// <summary>How many calls that storage takes at once.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>Tells whether the system's clock is right.</summary>
    public IClockSource ClockSource { get; init; } = new KernelClockSource();

    /// <summary>The system's clock and timers.</summary>
    public TimeProvider SystemClock { get; init; } = TimeProvider.System;
}
