namespace EdgeOrleans;

/// <summary>How this process stands in its cluster. There is none on a device. Asking never waits.</summary>
public interface IClusterMember
{
    /// <summary>
    /// Why requests must not be answered here, as a sentence; <see langword="null"/> when they may be. Who has not heard of its cluster for
    /// a while may have been given up by it: others serve its collections then, and what it holds in memory is old.
    /// </summary>
    string? Isolation { get; }

    /// <summary>
    /// Whether others may have given this member up although it hears of some: it has not read the table of members for long, so what it
    /// holds in memory may be shown only after the storage has confirmed it.
    /// </summary>
    bool IsInDoubt { get; }
}
