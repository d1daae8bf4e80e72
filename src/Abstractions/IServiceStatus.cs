namespace EdgeOrleans;

/// <summary>What the process knows of its own state: what <c>/health</c> and the like read. Reading it never waits.</summary>
public interface IServiceStatus
{
    /// <summary>Why writes cannot be acknowledged now, as a sentence; <see langword="null"/> when they can.</summary>
    string? WriteFault { get; }

    /// <summary>Whether the memory budget is nearly used up, so that large requests are refused; asking may collect garbage first.</summary>
    bool IsMemoryShort { get; }

    /// <summary>What an operator should look at although the service works: damage found at start, a storage that does not answer, and the like.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>What must be so before requests are sent here.</summary>
    IReadOnlyList<ReadinessCheck> Checks { get; }

    /// <summary>What this process found when it started.</summary>
    StartRecovery Recovery { get; }
}
