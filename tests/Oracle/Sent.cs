namespace EdgeOrleans.Oracle;

/// <summary>What a request asks of a key.</summary>
public enum SentKind
{
    /// <summary>A value, which its <see cref="Sent.Id"/> makes unlike any other.</summary>
    Set,

    /// <summary>Its removal.</summary>
    Delete,

    /// <summary>Its removal with its collection or namespace.</summary>
    Clear,

    /// <summary>A look at it: whatever it showed was durable by then.</summary>
    Read,
}

/// <summary>What is known of a request.</summary>
public enum Answer
{
    /// <summary>No answer, or one that leaves the outcome open: it may take effect at any time until the process ends.</summary>
    InDoubt,

    /// <summary>Done before the answer left.</summary>
    Acknowledged,

    /// <summary>Not done, and never to be.</summary>
    Refused,
}

/// <summary>One request as its sender saw it. Times are <see cref="Moments"/>.</summary>
public sealed class Sent
{
    internal Sent(SentKind kind, long id, long sentAt)
    {
        Kind = kind;
        Id = id;
        SentAt = sentAt;
    }

    public SentKind Kind { get; }

    /// <summary>Of a set its own number, which is in its value; of a read the number that it found, 0 for none.</summary>
    public long Id { get; }

    public long SentAt { get; }

    /// <summary>When its effect was certainly over; <see cref="long.MaxValue"/> while that is open.</summary>
    public long EndedAt { get; internal set; } = long.MaxValue;

    /// <summary>
    /// What was sent later is not removed by it. For a clear that was cut off this is the end of its process: the next one
    /// goes on with it, and leaves alone what came in between.
    /// </summary>
    public long ReachesUntil { get; internal set; } = long.MaxValue;

    public Answer Answer { get; internal set; } = Answer.InDoubt;

    /// <summary>Whether it left a value in its place.</summary>
    internal bool LeavesValue => Kind == SentKind.Set || (Kind == SentKind.Read && Id != 0);

    public override string ToString()
    {
        var what = Kind switch
        {
            SentKind.Set => $"set {Id}",
            SentKind.Delete => "delete",
            SentKind.Clear => "delete of the collection or namespace",
            _ => Id == 0 ? "read none" : $"read {Id}",
        };
        return $"{what} [{SentAt}, {(EndedAt == long.MaxValue ? "open" : EndedAt)}] {Answer}";
    }
}
