using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeOrleans.Load.Tests;

/// <summary>The page that <c>--report</c> writes.</summary>
public sealed partial class ReportTests
{
    [Fact]
    public async Task Page_holds_all_that_it_needs()
    {
        await using var service = new FakeService(static line => Task.FromResult(
            line.Contains("/health", StringComparison.Ordinal) ? (200, "{\"status\":\"healthy\"}")
            : (line.StartsWith("POST", StringComparison.Ordinal) ? 201 : 200, "{}")));
        var run = await Generator.RunBriefly("health", "get", "--address", service.Address);
        Assert.DoesNotMatch(OutsideReference(), run.Page);
        Assert.Contains("Permission is hereby granted", run.Page, StringComparison.Ordinal);
        Assert.Contains("id=\"charts-0\"", run.Page, StringComparison.Ordinal);
        Assert.Contains("id=\"charts-1\"", run.Page, StringComparison.Ordinal);
        Assert.Contains("<li class=\"fails\">get: no wrong answer and no error</li>", run.Page, StringComparison.Ordinal);

        using var data = JsonDocument.Parse(Data().Match(run.Page).Groups["json"].Value);
        var names = data.RootElement.GetProperty("scenarios").EnumerateArray().Select(static scenario => scenario.GetProperty("name").GetString());
        Assert.Equal(["health", "get"], names);
    }

    [GeneratedRegex(@"(src|href)\s*=\s*[""']|@import|url\(", RegexOptions.IgnoreCase)]
    private static partial Regex OutsideReference();

    [GeneratedRegex(@"<script id=""data"" type=""application/json"">(?<json>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();
}
