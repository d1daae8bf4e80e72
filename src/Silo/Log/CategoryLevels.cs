namespace EdgeOrleans.Silo.Log;

/// <summary>Which levels of a category are written, by the one rule that fits its name best.</summary>
internal sealed class CategoryLevels
{
    private readonly string _category;
    private readonly LogLevel _lowest;
    private readonly Func<string?, string?, LogLevel, bool>? _filter;

    /// <param name="category">The category's name.</param>
    /// <param name="filters">All rules; of two that fit equally well the later one counts.</param>
    public CategoryLevels(string category, LoggerFilterOptions filters)
    {
        LoggerFilterRule? best = null;
        foreach (var rule in filters.Rules)
        {
            if (Fits(rule, category) && Length(rule) >= Length(best))
            {
                best = rule;
            }
        }

        _category = category;
        _lowest = best is null ? filters.MinLevel : best.LogLevel ?? LogLevel.Trace;
        _filter = best?.Filter;
    }

    /// <summary>Whether a level is written.</summary>
    public bool Include(LogLevel level) =>
        level >= _lowest && level != LogLevel.None && (_filter is null || _filter(null, _category, level));

    private static bool Fits(LoggerFilterRule rule, string category) =>
        rule.ProviderName is null && (rule.CategoryName is null || category.StartsWith(rule.CategoryName, StringComparison.OrdinalIgnoreCase));

    private static int Length(LoggerFilterRule? rule) => rule?.CategoryName?.Length ?? 0;
}
