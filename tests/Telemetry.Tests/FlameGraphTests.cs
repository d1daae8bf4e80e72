using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary><c>deploy/flamegraph.sh</c> draws what perf recorded.</summary>
public sealed class FlameGraphTests
{
    private const string Samples = """
        .NET TP Worker 12934  2532.911561:    5025125 cpu-clock:ppp:
        	ffffffff8200ec5b tcp_sendmsg+0x2b ([kernel.kallsyms])
        	          10aba4 __send+0x64 (/usr/lib/libc.so.6)
        	          505351 Run<Gateway & Co>+0x131 (/opt/edgeorleans)

        .NET TP Worker 12935  2532.913585:    5025125 cpu-clock:ppp:
        	          10aba4 __send+0x60 (/usr/lib/libc.so.6)
        	          505351 Run<Gateway & Co>+0x131 (/opt/edgeorleans)

        journal 12936  2532.929523:    5025125 cpu-clock:ppp:
        	         19f40f8 Write(int) (/memfd:doublemapper (deleted))

        journal 12936  2532.939523:    5025125 cpu-clock:ppp:
        	         19f40f8 Write(int) (/memfd:doublemapper (deleted))


        """;

    [Fact]
    public async Task Frames_have_their_share_and_stand_on_their_callers()
    {
        var (code, picture, _) = await Run(Samples.Replace("\\t", "\t", StringComparison.Ordinal), "-");
        Assert.Equal(0, code);
        var svg = XDocument.Parse(picture);
        var frames = svg.Descendants().Where(static e => e.Name.LocalName == "g").ToDictionary(
            static g => g.Elements().First().Value, static g => g.Elements().ElementAt(1));
        Assert.Equal(
            ["all: 100.00 %", ".NET TP Worker: 50.00 %", "journal: 50.00 %", "Run<Gateway & Co>: 50.00 %", "Write(int): 50.00 %", "__send: 50.00 %", "tcp_sendmsg: 25.00 %"],
            frames.Keys.OrderBy(static title => title, StringComparer.OrdinalIgnoreCase).OrderBy(title => -Number(frames[title], "y")));
        Assert.Equal(600, Number(frames["__send: 50.00 %"], "width"));
        Assert.Equal(300, Number(frames["tcp_sendmsg: 25.00 %"], "width"));
        Assert.Equal(Number(frames["__send: 50.00 %"], "y") - 16, Number(frames["tcp_sendmsg: 25.00 %"], "y"));
    }

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("", "usage")]
    [InlineData("no-process", "usage")]
    public async Task Wrong_argument_is_told(string argument, string word)
    {
        var (code, _, errors) = await Run("", argument);
        Assert.Equal(2, code);
        Assert.Contains(word, errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> Run(string input, string argument)
    {
        var script = Path.Combine(ServiceBinary.RepositoryRoot, "deploy", "flamegraph.sh");
        using var process = Process.Start(new ProcessStartInfo("sh", argument.Length == 0 ? [script] : [script, argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
