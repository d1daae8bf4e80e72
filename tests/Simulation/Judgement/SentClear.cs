namespace EdgeOrleans.Simulation.Judgement;

/// <summary>A delete of a collection or of a namespace that was sent.</summary>
internal sealed class SentClear(string target, int process, long sentAt)
{
    /// <summary>The collection's key, or the namespace with a slash at its end.</summary>
    public string Target => target;

    public int Process => process;

    public long SentAt => sentAt;

    /// <summary>When it was answered, whatever the answer.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    public WriteState State { get; set; }

    /// <summary>A recovery has been looked at since it was cut off: it will have no further effect.</summary>
    public bool IsDecided { get; set; }

    public bool Covers(string collection) =>
        target[^1] == '/' ? collection.StartsWith(target, StringComparison.Ordinal) : collection == target;
}
