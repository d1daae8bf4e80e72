namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>How a secondary target stands at one moment.</summary>
public sealed class SecondaryReport
{
    /// <summary>Its number in the process's list.</summary>
    public required int Target { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it has said in this process what it has; before that everything may be lacking.</summary>
    public required bool IsCompared { get; init; }

    /// <summary>The collections with changes that it lacks, each with the sequence that it is known to have everything up to.</summary>
    public required IReadOnlyDictionary<string, long> Waiting { get; init; }

    /// <summary>Since when the first of those changes is known to wait.</summary>
    public required DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Why it does not take something now; <see langword="null"/> when all goes well.</summary>
    public required string? Fault { get; init; }

    /// <summary>When it last took something or was found up to date.</summary>
    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>What last went wrong, and when.</summary>
    public required (string Message, DateTimeOffset At)? LastFailure { get; init; }

    /// <summary>A sentence for each collection that it knows more of than this device; they are left alone.</summary>
    public required IReadOnlyList<string> Ahead { get; init; }

    /// <summary>What the storage tells of itself.</summary>
    public required StorageStanding Standing { get; init; }
}
