using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary>The tables of <c>docs/metrics.md</c>.</summary>
internal static partial class MetricsTable
{
    /// <summary>All rows that describe a metric.</summary>
    public static IReadOnlyList<Row> Rows { get; } =
    [
        .. File.ReadLines(Path.Combine(ServiceBinary.RepositoryRoot, "docs", "metrics.md"))
            .Select(static line => RowLine().Match(line))
            .Where(static match => match.Success)
            .Select(static match => new Row(
                match.Groups["name"].Value, match.Groups["type"].Value, match.Groups["labels"].Value, match.Groups["meaning"].Value)),
    ];

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (?<type>counter|gauge|histogram) \| (?<labels>[a-z_, ]*?) ?\| (?<meaning>.+) \|$")]
    private static partial Regex RowLine();

    /// <summary>One metric.</summary>
    internal sealed record Row(string Name, string Type, string Labels, string Meaning)
    {
        /// <summary>Whether a process of that edition that has been used shows it, or only one to which something happened.</summary>
        public bool IsAlwaysThereIn(string edition) =>
            !Meaning.Contains("there once", StringComparison.OrdinalIgnoreCase)
            && !(edition == "native" && Meaning.Contains("not in the native edition", StringComparison.OrdinalIgnoreCase));
    }
}
