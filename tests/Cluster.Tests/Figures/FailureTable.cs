using System.Globalization;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>The figures of all failures that were tried, as the table of <c>docs/cluster.md</c>, in <c>artifacts/cluster-failures.md</c>.</summary>
internal sealed class FailureTable
{
    private readonly SortedDictionary<Failure, FailureFigures> _rows = [];

    public void Add(Failure failure, FailureFigures figures) => _rows[failure] = figures;

    public async Task Write()
    {
        var folder = Directory.CreateDirectory(Path.Combine(ServiceBinary.RepositoryRoot, "artifacts"));
        string[] head =
        [
            "| failure | longest time without a write, a read | errors at the gateways that stayed | slowest of them | errors at those that failed | stalest plain read | writes acknowledged, in doubt |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ];
        await File.WriteAllLinesAsync(Path.Combine(folder.FullName, "cluster-failures.md"), head.Concat(_rows.Select(static row => Row(row.Key, row.Value))));
    }

    public static string Row(Failure failure, FailureFigures figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {failure.Words()} | {figures.WritesAway.TotalSeconds:0.0} s, {figures.ReadsAway.TotalSeconds:0.0} s | {Counts(figures.Errors)} | {figures.SlowestError.TotalSeconds:0.0} s | {Counts(figures.ErrorsOfAbsent)} | {figures.Staleness.TotalSeconds:0.0} s | {figures.Acknowledged}, {figures.InDoubt} |");

    private static string Counts(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(static count => $"{count.Value} {count.Key}"));
}
