using System.Globalization;
using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary>One answer of <c>/metrics</c>, read as strictly as Prometheus does.</summary>
public sealed partial class Scrape
{
    private readonly Dictionary<string, string> _types = [];
    private readonly List<Sample> _samples = [];

    private Scrape(string text)
    {
        Text = text;
        Assert.EndsWith("\n", text);
        string? family = null;
        foreach (var line in text.Split('\n')[..^1])
        {
            if (HelpLine().Match(line) is { Success: true } help)
            {
                family = help.Groups["name"].Value;
            }
            else if (TypeLine().Match(line) is { Success: true } type)
            {
                Assert.Equal(family, type.Groups["name"].Value);
                Assert.True(_types.TryAdd(family!, type.Groups["type"].Value), $"{family} is there twice");
            }
            else
            {
                AddSample(line, family!);
            }
        }

        Assert.All(_types.Where(static type => type.Value == "histogram"), type => CheckHistogram(type.Key));
    }

    public string Text { get; }

    /// <summary>The type of each family by its name.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public IReadOnlyList<Sample> Samples => _samples;

    public static async Task<Scrape> Of(ServiceProcess service) =>
        new(await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));

    /// <summary>The value of one series; 0 when there is none.</summary>
    /// <param name="name">The sample's name.</param>
    /// <param name="labels">Labels that it has, as they stand in the text: <c>method="GET"</c>.</param>
    public double Value(string name, params string[] labels) =>
        _samples.SingleOrDefault(sample => sample.Name == name && labels.All(sample.Labels.Contains))?.Value ?? 0;

    /// <summary>The names of the labels of a family, buckets' bounds apart.</summary>
    public IEnumerable<string> LabelsOf(string family) => _samples
        .Where(sample => sample.Family == family)
        .SelectMany(static sample => sample.Labels)
        .Select(static label => label[..label.IndexOf('=', StringComparison.Ordinal)])
        .Where(static label => label != "le")
        .Distinct()
        .Order(StringComparer.Ordinal);

    private void AddSample(string line, string family)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success, $"'{line}' is no sample");
        var name = match.Groups["name"].Value;
        var suffix = name[Math.Min(name.Length, family.Length)..];
        Assert.True(
            name.StartsWith(family, StringComparison.Ordinal) && (_types[family] == "histogram" ? suffix is "_bucket" or "_sum" or "_count" : suffix.Length == 0),
            $"'{line}' stands under {family}");
        var labels = match.Groups["label"].Captures.Select(static label => label.Value).ToArray();
        Assert.DoesNotContain(_samples, sample => sample.Name == name && sample.Labels.SequenceEqual(labels));
        _samples.Add(new Sample(family, name, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
    }

    private void CheckHistogram(string family)
    {
        foreach (var series in _samples.Where(sample => sample.Family == family).GroupBy(static sample => string.Join(',', sample.Labels.Where(static l => !l.StartsWith("le=", StringComparison.Ordinal)))))
        {
            var buckets = series.Where(sample => sample.Name == family + "_bucket").ToArray();
            Assert.Equal(buckets.Select(static b => b.Value).Order(), buckets.Select(static b => b.Value));
            Assert.Contains("le=\"+Inf\"", buckets[^1].Labels);
            Assert.Equal(buckets[^1].Value, series.Single(sample => sample.Name == family + "_count").Value);
            Assert.Single(series, sample => sample.Name == family + "_sum");
        }
    }

    [GeneratedRegex("^# HELP (?<name>[a-z_][a-z0-9_]*) .*$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE (?<name>[a-z_][a-z0-9_]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-z_][a-z0-9_]*)(\{(?<label>[a-z_]+="([^"\\]|\\.)*")(,(?<label>[a-z_]+="([^"\\]|\\.)*"))*\})? (?<value>[-+0-9.eE]+)$""")]
    private static partial Regex SampleLine();

    /// <summary>One line.</summary>
    public sealed record Sample(string Family, string Name, IReadOnlyList<string> Labels, double Value);
}
