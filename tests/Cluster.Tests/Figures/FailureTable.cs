using System.Globalization;
using EdgeOrleans.Cluster.Tests.Lab;

namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>The figures of all failures that were tried, as the table of <c>docs/cluster.md</c>.</summary>
internal sealed class FailureTable
{
    private readonly SortedDictionary<Failure, FailureFigures> _rows = [];

    public void Add(Failure failure, FailureFigures figures) => _rows[failure] = figures;

    public Task Write()
    {
        string[] head =
        [
            "| failure | longest time without a write, a read | errors at the gateways that stayed | slowest of them | errors at those that failed | stalest plain read | writes acknowledged, in doubt |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ];
        return Evidence.Write("failures.md", head.Concat(_rows.Select(static row => Row(row.Key, row.Value))));
    }

    public static string Row(Failure failure, FailureFigures figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {failure.Words()} | {figures.WritesAway.TotalSeconds:0.0} s, {figures.ReadsAway.TotalSeconds:0.0} s | {Counts(figures.Errors)} | {figures.SlowestError.TotalSeconds:0.0} s | {Counts(figures.ErrorsOfAbsent)} | {figures.Staleness.TotalSeconds:0.0} s | {figures.Acknowledged}, {figures.InDoubt} |");

    private static string Counts(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(static count => $"{count.Value} {count.Key}"));
}
