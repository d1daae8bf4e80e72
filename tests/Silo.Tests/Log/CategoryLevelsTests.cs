using EdgeOrleans.Silo.Log;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Silo.Tests.Log;

/// <summary>Which of the rules of <c>Logging:LogLevel</c> counts for a category.</summary>
public sealed class CategoryLevelsTests
{
    [Fact]
    public void Without_a_rule_the_lowest_level_of_all_counts()
    {
        var levels = Of("Orleans.Runtime.Silo");
        Assert.False(levels.Include(LogLevel.Information));
        Assert.True(levels.Include(LogLevel.Warning));
    }

    [Fact]
    public void Rule_that_names_more_of_the_category_counts_whatever_the_order()
    {
        var levels = Of("Orleans.Runtime.Silo", Rule("orleans.runtime", LogLevel.Debug), Rule("Orleans", LogLevel.Error), Rule(null, LogLevel.Trace), Rule("Orleans.Runtimes", LogLevel.None));
        Assert.False(levels.Include(LogLevel.Trace));
        Assert.True(levels.Include(LogLevel.Debug));
    }

    [Fact]
    public void Of_two_rules_for_the_same_name_the_later_one_counts()
    {
        Assert.True(Of("Orleans", Rule("Orleans", LogLevel.Error), Rule("Orleans", LogLevel.Debug)).Include(LogLevel.Debug));
        Assert.True(Of("Orleans", Rule(null, LogLevel.Error), Rule(null, LogLevel.Debug)).Include(LogLevel.Debug));
    }

    [Fact]
    public void None_writes_nothing()
    {
        var levels = Of("Orleans", Rule("Orleans", LogLevel.None));
        Assert.False(levels.Include(LogLevel.Critical));
        Assert.False(levels.Include(LogLevel.None));
    }

    [Fact]
    public void Filter_decides_when_the_rule_has_one()
    {
        var levels = Of("Orleans", new LoggerFilterRule(null, "Orleans", null, static (_, _, level) => level == LogLevel.Debug));
        Assert.True(levels.Include(LogLevel.Debug));
        Assert.False(levels.Include(LogLevel.Error));
    }

    private static CategoryLevels Of(string category, params LoggerFilterRule[] rules)
    {
        var filters = new LoggerFilterOptions { MinLevel = LogLevel.Warning };
        foreach (var rule in rules)
        {
            filters.Rules.Add(rule);
        }

        return new CategoryLevels(category, filters);
    }

    private static LoggerFilterRule Rule(string? category, LogLevel level) => new(null, category, level, null);
}
