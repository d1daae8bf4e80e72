namespace EdgeOrleans.Load.Cluster;

/// <summary>What one run showed; processor time in microseconds for each request.</summary>
/// <param name="Asked">Of the silo whose gateway was asked.</param>
/// <param name="Others">Of the site's other silos together.</param>
/// <param name="Postgres">Of PostgreSQL.</param>
/// <param name="Redis">Of Redis.</param>
/// <param name="RatePerSecond">Right answers.</param>
/// <param name="P50Ms">Half of the answers came within.</param>
/// <param name="P99Ms">99 of 100 came within.</param>
/// <param name="Errors">What was no right answer.</param>
internal sealed record Cost(double Asked, double Others, double Postgres, double Redis, double RatePerSecond, double P50Ms, double P99Ms, long Errors)
{
    /// <summary>The median of each figure, and all errors.</summary>
    public static Cost Median(IReadOnlyList<Cost> rounds) => new(
        Middle(rounds, static cost => cost.Asked),
        Middle(rounds, static cost => cost.Others),
        Middle(rounds, static cost => cost.Postgres),
        Middle(rounds, static cost => cost.Redis),
        Middle(rounds, static cost => cost.RatePerSecond),
        Middle(rounds, static cost => cost.P50Ms),
        Middle(rounds, static cost => cost.P99Ms),
        rounds.Sum(static cost => cost.Errors));

    /// <summary>The median of one figure.</summary>
    public static double Middle<T>(IEnumerable<T> rounds, Func<T, double> figure)
    {
        var sorted = rounds.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
