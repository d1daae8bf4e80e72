namespace EdgeOrleans.Grains;

/// <summary>How long collections stay in memory. Section <c>Memory</c>.</summary>
public sealed class MemoryOptions
{
    /// <summary>
    /// Minutes after its last use that a collection stays in memory: 2 to 10,080 (a week), default 15. After that its next use reads it
    /// from storage again.
    /// </summary>
    public int IdleMinutes { get; set; } = 15;

    /// <summary>
    /// Percent of the machine's memory (or of the container's limit) in use at which the collections that were used least recently leave
    /// before their time: 10 to 100, default 80; 100 for never.
    /// </summary>
    public int LimitPercent { get; set; } = 80;

    /// <summary>What is wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate()
    {
        // Orleans looks once a minute and wants the age to be longer than that.
        if (IdleMinutes is < 2 or > 10_080)
        {
            return $"Memory:IdleMinutes is {IdleMinutes}; it must be 2 to 10080.";
        }

        return LimitPercent is < 10 or > 100 ? $"Memory:LimitPercent is {LimitPercent}; it must be 10 to 100." : null;
    }
}
