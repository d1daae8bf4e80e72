namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>How a save ended.</summary>
[GenerateSerializer, Alias("EdgeOrleans.SaveOutcome")]
public enum SaveOutcome
{
    /// <summary>Nothing had to be written: the target has everything.</summary>
    UpToDate = 1,

    /// <summary>The target has everything up to <see cref="SaveResult.Sequence"/> now.</summary>
    Saved = 2,

    /// <summary>
    /// Somebody else writes this collection's rows. This activation must save no more, and for the primary target it must deactivate.
    /// </summary>
    Conflict = 3,

    /// <summary>The storage did not take it, or the answer was lost; try again later.</summary>
    Failed = 4,

    /// <summary>The target held more than this activation knew when it loaded: a copy of another life of this device. It was not touched.</summary>
    Ahead = 5,
}

/// <summary>What became of a save of one collection to one target.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.SaveResult")]
public sealed class SaveResult(SaveOutcome outcome, long sequence, string? message)
{
    /// <summary>How it ended.</summary>
    [Id(0)]
    public SaveOutcome Outcome { get; } = outcome;

    /// <summary>Everything up to this sequence is in the target's rows; they may still have to be made durable.</summary>
    [Id(1)]
    public long Sequence { get; } = sequence;

    /// <summary>What went wrong, as a sentence; <see langword="null"/> when nothing did.</summary>
    [Id(2)]
    public string? Message { get; } = message;

    /// <inheritdoc/>
    public override string ToString() => $"{Outcome} through {Sequence} {Message}";
}
