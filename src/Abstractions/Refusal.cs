namespace EdgeOrleans;

/// <summary>The reasons for which the service says no. Expected, so a value and not an exception.</summary>
[GenerateSerializer, Alias("EdgeOrleans.RefusalCode")]
public enum RefusalCode
{
    /// <summary>A name, key or parameter breaks its rule.</summary>
    InvalidParams = 1,

    /// <summary>The value is not one JSON value of at most 64 levels.</summary>
    InvalidBody = 2,

    /// <summary>More than <see cref="NameRules.MaxBatchOperations"/> operations.</summary>
    BatchSizeExceeded = 3,

    /// <summary>The value is longer than the service's limit.</summary>
    ValueTooLarge = 4,

    /// <summary>The collection would grow past its size limit.</summary>
    CollectionFull = 5,

    /// <summary>The journal is at its limit because storage does not take its content; try again later.</summary>
    BacklogFull = 6,

    /// <summary>The card has no room for more; reads and deletes go on.</summary>
    InsufficientStorage = 7,

    /// <summary>No more collections or namespaces are allowed.</summary>
    LimitReached = 8,

    /// <summary>The key does not meet the operation's precondition.</summary>
    PreconditionFailed = 9,

    /// <summary>Another operation of the same atomic batch was refused.</summary>
    BatchRefused = 10,

    /// <summary>The write was not seen to become durable in time: its outcome is unknown.</summary>
    Timeout = 11,

    /// <summary>The collection cannot be read or written now; the message says whether the outcome is known.</summary>
    Unavailable = 12,

    /// <summary>Nothing was done: another server of the cluster has changed the collection meanwhile. The next call finds the current state.</summary>
    Overtaken = 13,
}

/// <summary>Why something was refused, in a code for programs and a sentence for people.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.Refusal")]
public sealed class Refusal(RefusalCode code, string message)
{
    /// <summary>The reason.</summary>
    [Id(0)]
    public RefusalCode Code { get; } = code;

    /// <summary>What is wrong with what, in one sentence. Names the limit and the option that sets it, where there is one.</summary>
    [Id(1)]
    public string Message { get; } = message;

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}

/// <summary>
/// A read that cannot be answered now. Reads return what they found, so this is the one refusal that travels as an exception.
/// </summary>
[GenerateSerializer, Alias("EdgeOrleans.RefusedException")]
public sealed class RefusedException : Exception
{
    /// <summary>Makes one from its refusal.</summary>
    public RefusedException(Refusal refusal)
        : base(refusal.Message) => Refusal = refusal;

    /// <summary>Why the read was refused.</summary>
    [Id(0)]
    public Refusal Refusal { get; private set; }
}
