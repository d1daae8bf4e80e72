namespace EdgeOrleans;

/// <summary>How far this device's data is mirrored: what <c>/sync</c> shows.</summary>
public interface ISyncStatus
{
    /// <summary>Looks at every storage that the data is mirrored to. Never waits for any of them, only for collections of this device.</summary>
    Task<IReadOnlyList<SyncTarget>> Read(CancellationToken ct);
}

/// <summary>One storage that this device's data is mirrored to.</summary>
public sealed class SyncTarget
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>The id that this device has there; <see langword="null"/> before it was first needed.</summary>
    public required string? Device { get; init; }

    /// <summary>Whether it has said, since the process started, what it has. Before that everything counts as waiting.</summary>
    public required bool IsCompared { get; init; }

    /// <summary>Collections with changes that wait.</summary>
    public required int Collections { get; init; }

    /// <summary>Entries and deletes that wait, each key once; an estimate while not every collection with changes is in memory.</summary>
    public required long Entries { get; init; }

    /// <summary>Bytes of their keys and values.</summary>
    public required long Bytes { get; init; }

    /// <summary>When the oldest of them was written; <see langword="null"/> when nothing waits.</summary>
    public required DateTimeOffset? OldestAt { get; init; }

    /// <summary>When all of it will be there at the present rate; <see langword="null"/> when that cannot be told.</summary>
    public required DateTimeOffset? EstimatedFinish { get; init; }

    /// <summary>When it last took something, or was found to have everything.</summary>
    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>What last went wrong, and when; also after it has ended.</summary>
    public required (string Message, DateTimeOffset At)? LastError { get; init; }

    /// <summary>Why it does not take something now; <see langword="null"/> when all goes well.</summary>
    public required string? Fault { get; init; }

    /// <summary>Why it must not be written, as a whole or in some collections: it is ahead of this device. A sentence each.</summary>
    public required IReadOnlyList<string> Refusals { get; init; }
}
