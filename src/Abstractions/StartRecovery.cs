namespace EdgeOrleans;

/// <summary>What the start of this process found on flash and did about it.</summary>
public sealed record StartRecovery
{
    /// <summary>When the process started, on the service clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether nothing was ever written here.</summary>
    public required bool IsFresh { get; init; }

    /// <summary>Journal files read.</summary>
    public required int Segments { get; init; }

    /// <summary>Whole frames read.</summary>
    public required int Frames { get; init; }

    /// <summary>Records that storage does not have, and that were replayed or will be when their collection is first used.</summary>
    public required int Records { get; init; }

    /// <summary>The unfinished write that a power cut left, which was cut off; <see langword="null"/> when there was none.</summary>
    public required string? TornTail { get; init; }

    /// <summary>What was acknowledged once and is not whole any more.</summary>
    public required IReadOnlyList<RecoveredDamage> Damage { get; init; }

    /// <summary>The latest time that was found on flash; <see langword="null"/> at the very first start.</summary>
    public required DateTimeOffset? ClockFloor { get; init; }

    /// <summary>Whether the service's time began at that floor, because the system's clock was behind it or not to be believed.</summary>
    public required bool IsClockAtFloor { get; init; }

    /// <summary>How long each step took, in order; a step that is not over is not there yet.</summary>
    public required IReadOnlyList<RecoveryStep> Steps { get; init; }
}

/// <summary>A place in the journal that is not what was once flushed.</summary>
/// <param name="Message">What was found, as a sentence.</param>
/// <param name="FirstFrame">The first frame it touches; 0 when that is not known.</param>
/// <param name="LastFrame">The last frame it touches; 0 when that is not known.</param>
/// <param name="Collections">The collections that it may have cost something, as <c>namespace/collection</c>; <c>(catalog)</c> is the list of all.</param>
/// <param name="Keys">Keys that could be made out in lost records, as <c>namespace/collection/key</c>: they may have lost a change.</param>
/// <param name="QuarantineFile">Where the damaged bytes are kept; <see langword="null"/> when there were none, or no room.</param>
public sealed record RecoveredDamage(
    string Message, long FirstFrame, long LastFrame, IReadOnlyList<string> Collections, IReadOnlyList<string> Keys, string? QuarantineFile);

/// <summary>A step of a start.</summary>
/// <param name="Name">What was done, in a few words.</param>
/// <param name="Duration">How long it took.</param>
public sealed record RecoveryStep(string Name, TimeSpan Duration);
