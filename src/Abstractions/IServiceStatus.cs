namespace EdgeOrleans;

/// <summary>What the process knows of its own state: what <c>/health</c> and the like read. Reading it never waits.</summary>
public interface IServiceStatus
{
    /// <summary>Why writes cannot be acknowledged now, as a sentence; <see langword="null"/> when they can.</summary>
    string? WriteFault { get; }

    /// <summary>What the memory budget leaves for the bodies of requests, in bytes.</summary>
    long RequestMemoryBytes { get; }

    /// <summary>Waits a moment until so many bytes more are within the memory budget.</summary>
    /// <returns>Whether they are; if not, what needs them is refused.</returns>
    ValueTask<bool> MakeRoom(long bytes, CancellationToken ct);

    /// <summary>What an operator should look at although the service works: damage found at start, a storage that does not answer, and the like.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>What must be so before requests are sent here.</summary>
    IReadOnlyList<ReadinessCheck> Checks { get; }

    /// <summary>What this process found when it started.</summary>
    StartRecovery Recovery { get; }
}
