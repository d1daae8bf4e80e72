using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Tests;

/// <summary>README shows what the service reads, prints and answers, and how it ends, as the service itself has it.</summary>
public sealed partial class ReadmeTests
{
    private const string ShownAddress = "http://localhost:8080";
    private const string ShownData = "/home/pi/edgeorleans/data";

    private static readonly string Readme = File.ReadAllText(Path.Combine(ServiceBinary.RepositoryRoot, "README.md"));

    [Fact]
    public void Table_of_options_is_the_services_own()
    {
        var table = string.Join('\n', OptionTable.All.Select(static option =>
            $"| `{option.Name}` | {(option.DefaultText.Length == 0 ? "" : $"`{option.DefaultText}`")} | {option.Range} | {option.Meaning} |"));
        Assert.True(Readme.Contains(table, StringComparison.Ordinal), $"README.md must have this table:\n| option | default | value | what it is for |\n| --- | --- | --- | --- |\n{table}");
    }

    [Fact]
    public void Every_exit_code_is_told() =>
        Assert.All(Enum.GetValues<ExitCode>(), static code =>
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {(int)code} |"), Readme, StringComparison.Ordinal));

    [Fact]
    public async Task Start_line_and_first_answers_are_the_services_own()
    {
        // The command to start it, its line; a POST, its answer; a GET, its answer.
        var shown = Blocks("## Start it");
        Assert.Equal(6, shown.Length);
        using var directory = new ServiceDirectory();
        await using var service = await ServiceProcess.Start(directory);
        var line = shown[1]
            .Replace(ShownAddress, service.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace(ShownData, directory.DataPath, StringComparison.Ordinal);
        Assert.Equal(line, service.Output[0]);
        Assert.Equal((HttpStatusCode.Created, AtAnyTime(shown[3])), await Run(shown[2], service));
        Assert.Equal((HttpStatusCode.OK, AtAnyTime(shown[5])), await Run(shown[4], service));
    }

    /// <summary>What curl would do.</summary>
    private static async Task<(HttpStatusCode Status, string Answer)> Run(string command, ServiceProcess service)
    {
        var curl = Curl().Match(command);
        Assert.True(curl.Success, command);
        var (body, path) = (curl.Groups["body"], new Uri(curl.Groups["path"].Value, UriKind.Relative));
        using var request = new HttpRequestMessage(body.Success ? HttpMethod.Post : HttpMethod.Get, path)
        {
            Content = body.Success ? new StringContent(body.Value) : null,
        };
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, AtAnyTime(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The fenced blocks of a section, without their fences.</summary>
    private static string[] Blocks(string heading)
    {
        var section = Readme[Readme.IndexOf(heading, StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        return [.. Block().Matches(section).Select(static match => match.Groups["text"].Value)];
    }

    /// <summary>Keeps the form of the timestamp, not its digits.</summary>
    private static string AtAnyTime(string answer) =>
        Timestamp().Replace(answer, static match => Digit().Replace(match.Value, "0"));

    [GeneratedRegex(@"^```\w*\n(?<text>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex($@"^curl (-d '(?<body>[^']*)' )?{ShownAddress}(?<path>/\S+)$")]
    private static partial Regex Curl();

    [GeneratedRegex("\"timestamp\":\"[^\"]*\"")]
    private static partial Regex Timestamp();

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digit();
}
