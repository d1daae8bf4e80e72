namespace EdgeOrleans.Endurance.Tests.Oracle;

/// <summary>What a request asks of a key.</summary>
internal enum SentKind
{
    /// <summary>A value, which its <see cref="Sent.Id"/> makes unlike any other.</summary>
    Set,

    /// <summary>Its removal, alone or with its collection or namespace.</summary>
    Delete,

    /// <summary>A look at it: whatever it showed was durable by then.</summary>
    Read,
}

/// <summary>What is known of a request.</summary>
internal enum Answer
{
    /// <summary>No answer, or one that leaves the outcome open: it may take effect at any time until the process ends.</summary>
    InDoubt,

    /// <summary>Done before the answer left.</summary>
    Acknowledged,

    /// <summary>Not done, and never to be.</summary>
    Refused,
}

/// <summary>One request as its sender saw it. Times are those of <see cref="Moment"/>.</summary>
internal sealed class Sent(SentKind kind, long id, long sentAt)
{
    public SentKind Kind { get; } = kind;

    /// <summary>Of a set its own number, which is in its value; of a read the number that it found, 0 for none.</summary>
    public long Id { get; set; } = id;

    public long SentAt { get; } = sentAt;

    /// <summary>When its effect was certainly over; <see cref="long.MaxValue"/> while that is open.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    public Answer Answer { get; set; } = Answer.InDoubt;

    /// <summary>Whether it left a value in its place.</summary>
    public bool LeavesValue => Kind == SentKind.Set || (Kind == SentKind.Read && Id != 0);

    public override string ToString()
    {
        var what = Kind switch
        {
            SentKind.Set => $"set {Id}",
            SentKind.Delete => "delete",
            _ => Id == 0 ? "read none" : $"read {Id}",
        };
        return $"{what} [{SentAt}, {(EndedAt == long.MaxValue ? "open" : EndedAt)}] {Answer}";
    }
}
