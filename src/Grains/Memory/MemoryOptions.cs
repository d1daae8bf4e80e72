namespace EdgeOrleans.Grains;

/// <summary>How much memory the process may use, and how long collections stay in it. Section <c>Memory</c>.</summary>
public sealed class MemoryOptions
{
    /// <summary>The smallest budget: below it, what the process needs for itself leaves too little for data.</summary>
    public const long MinBudgetBytes = 88 * 1024 * 1024;

    /// <summary>
    /// Minutes after its last use that a collection stays in memory: 2 to 10,080 (a week), default 15. After that its next use reads it
    /// from storage again.
    /// </summary>
    public int IdleMinutes { get; set; } = 15;

    /// <summary>
    /// Bytes of memory that the process is to stay within: at least <see cref="MinBudgetBytes"/>, or 0, the default, for
    /// <see cref="MemoryBudget.DefaultBytes"/>. When collections need more than their share, the least recently used leave early.
    /// </summary>
    public long BudgetBytes { get; set; }

    /// <summary>What is wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate()
    {
        // Orleans looks once a minute and wants the age to be longer than that.
        if (IdleMinutes is < 2 or > 10_080)
        {
            return $"Memory:IdleMinutes is {IdleMinutes}; it must be 2 to 10080.";
        }

        return BudgetBytes != 0 && BudgetBytes < MinBudgetBytes
            ? $"Memory:BudgetBytes is {BudgetBytes}; it must be at least {MinBudgetBytes}, or 0 for the default."
            : null;
    }
}
