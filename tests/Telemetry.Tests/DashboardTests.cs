using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary>The dashboard and the alerts ask for what is exported; that the table is what is exported, <see cref="MetricsTests"/> hold.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Folder = Path.Combine(ServiceBinary.RepositoryRoot, "deploy");
    private static readonly string Alerts = File.ReadAllText(Path.Combine(Folder, "alerts.yml"));

    [Fact]
    public void Dashboard_asks_for_metrics_and_labels_that_exist()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "grafana.json")));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(static panel => panel.TryGetProperty("targets", out _))
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!).ToArray();
        Assert.True(expressions.Length >= 30);
        Assert.All(expressions, CheckExpression);
    }

    [Fact]
    public void Dashboard_shows_every_metric_of_the_service()
    {
        var text = File.ReadAllText(Path.Combine(Folder, "grafana.json"));
        var ours = MetricsTable.Rows.Where(static row => row.Name.StartsWith("edgeorleans_", StringComparison.Ordinal));
        Assert.All(ours, row => Assert.Contains(row.Name, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Alerts_ask_for_metrics_and_labels_that_exist_and_say_why()
    {
        var rules = Rule().Matches(Alerts);
        Assert.True(rules.Count >= 8);
        Assert.Equal(Alerts.Split("- alert:").Length - 1, rules.Count);
        Assert.All(rules, static rule =>
        {
            CheckExpression(rule.Groups["expr"].Value);
            Assert.True(rule.Groups["reason"].Value.Length > 40, rule.Value);
        });
    }

    private static void CheckExpression(string expression)
    {
        var metrics = Metric().Matches(expression);
        Assert.True(metrics.Count > 0, expression);
        foreach (Match metric in metrics)
        {
            var name = metric.Groups["name"].Value;
            var row = MetricsTable.Rows.FirstOrDefault(row => row.Name == name || (row.Type == "histogram" && name == row.Name + metric.Groups["suffix"].Value))
                ?? MetricsTable.Rows.FirstOrDefault(row => row.Type == "histogram" && Suffix().Replace(name, "") == row.Name);
            Assert.True(row is not null, $"{name} in '{expression}' is no metric");
            foreach (Match label in Label().Matches(metric.Groups["labels"].Value))
            {
                Assert.Contains(label.Groups["label"].Value, $"{row.Labels}, instance, job".Split(", "));
            }
        }
    }

    [GeneratedRegex(@"\b(?<name>(edgeorleans|dotnet|orleans|npgsql)_[a-z_]+?(?<suffix>_bucket|_sum|_count)?)(?![a-z_])(\{(?<labels>[^}]*)\})?")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("(?<label>[a-z_]+)(=~|!~|!=|=)\"")]
    private static partial Regex Label();

    [GeneratedRegex(@"- alert: (?<name>\w+)\n\s+expr: (?<expr>.+)\n(\s+for: .+\n)?\s+labels: .+\n\s+annotations:\n\s+summary: .+\n\s+reason: (?<reason>.+)")]
    private static partial Regex Rule();
}
