namespace EdgeOrleans.Load.Recording;

/// <summary>Where the curve of a latency distribution is drawn: the nearer to 100 %, the denser.</summary>
internal static class LatencyDistribution
{
    /// <summary>Eight points for each halving of what is left, down to one request in 100,000.</summary>
    public static IReadOnlyList<double> Percentiles { get; } = [.. Points(), 100];

    private static IEnumerable<double> Points()
    {
        for (var halvings = 0.0; halvings < 16.7; halvings += 0.125)
        {
            yield return 100 * (1 - Math.Pow(2, -halvings));
        }
    }
}
