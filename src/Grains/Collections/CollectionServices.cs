using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Collections;

/// <summary>What every collection of the process shares.</summary>
internal sealed class CollectionServices
{
    /// <summary>How collections become durable, and are put together when they are first needed.</summary>
    public required IDurability Durability { get; init; }

    /// <summary>The time of versions, and the timers.</summary>
    public required ServiceClock Clock { get; init; }

    /// <summary>How much a collection takes in.</summary>
    public required LimitsOptions Limits { get; init; }

    /// <summary>How long a call waits.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Where collections are saved, the primary first.</summary>
    public required IReadOnlyList<WriteBehindTarget> Targets { get; init; }

    /// <summary>Keeps what is in memory within the budget.</summary>
    public required ResidentCollections Residents { get; init; }

    /// <summary>The most bytes of memory that one collection may grow to.</summary>
    public long CollectionMemoryBytes { get; init; } = long.MaxValue;

    /// <summary>Told of memory that a load is about to take; <see langword="null"/> where the heap is not this process's alone.</summary>
    public HeapGauge? Heap { get; init; }

    /// <summary>Where readers of this process find them.</summary>
    public required LocalCollections Local { get; init; }

    /// <summary>How this process stands in its cluster; <see langword="null"/> on a device.</summary>
    public IClusterMember? Member { get; init; }

    /// <summary>Where work too long for a grain's turn runs; the simulator's is its own single thread.</summary>
    public required TaskScheduler Scheduler { get; init; }
}
