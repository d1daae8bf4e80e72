using System.Globalization;

namespace EdgeOrleans.Simulation.Running;

/// <summary>What seeds did, so that a certificate can say what was tried, and a simulator that stopped trying is noticed.</summary>
internal sealed class SeedCounts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>How often something happened.</summary>
    public long this[string what] => _counts.GetValueOrDefault(what);

    public void Add(string what, long count = 1) => _counts[what] = _counts.GetValueOrDefault(what) + count;

    public void Add(SeedCounts other)
    {
        foreach (var (what, count) in other._counts)
        {
            Add(what, count);
        }
    }

    public override string ToString() =>
        string.Join(", ", _counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value:N0} {pair.Key}")));
}
