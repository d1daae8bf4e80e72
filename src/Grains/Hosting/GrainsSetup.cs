using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains;

/// <summary>All that the grains of one process are built from. The options must be valid.</summary>
public sealed class GrainsSetup
{
    /// <summary>
    /// The journal, opened and without a clock. It is closed with the container. Its largest record must hold a value of
    /// <see cref="LimitsOptions.ValueBytes"/> and 64 KiB.
    /// </summary>
    public required FlashJournal Journal { get; init; }

    /// <summary>How much is taken in.</summary>
    public LimitsOptions Limits { get; init; } = new();

    /// <summary>How long calls wait.</summary>
    public WritesOptions Writes { get; init; } = new();

    /// <summary>How long collections stay in memory.</summary>
    public MemoryOptions Memory { get; init; } = new();

    /// <summary>A flush of the journal that takes longer is logged.</summary>
    public TimeSpan SlowFlush { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Makes the list of targets, the primary first.</summary>
    public required Func<IServiceProvider, IReadOnlyList<WriteBehindTarget>> Targets { get; init; }

    /// <summary>Tells whether the system's clock is right.</summary>
    public IClockSource ClockSource { get; init; } = new KernelClockSource();

    /// <summary>The system's clock and timers.</summary>
    public TimeProvider SystemClock { get; init; } = TimeProvider.System;
}
