namespace EdgeOrleans.Grains;

/// <summary>How long calls wait. Section <c>Writes</c>.</summary>
public sealed class WritesOptions
{
    /// <summary>
    /// Milliseconds that a write waits for its flush, and any call for its collection to be loaded: 100 to 9,000, default 5,000.
    /// Stays below Orleans' response time-out of 10 seconds, whose answer would say nothing of the outcome.
    /// </summary>
    public int TimeoutMs { get; set; } = 5_000;

    /// <summary>What is wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate() =>
        TimeoutMs is < 100 or > 9_000 ? $"Writes:TimeoutMs is {TimeoutMs}; it must be 100 to 9000." : null;
}
