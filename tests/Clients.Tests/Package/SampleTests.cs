using System.Globalization;
using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Package;

/// <summary>The sample as a stranger runs it, against the gateway of a service that is alone.</summary>
public sealed partial class SampleTests(PackedSample sample) : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly int _port = FreePort.Find();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Sample_sets_gets_batches_and_lists()
    {
        await using var service = await Start();
        await using var client = sample.Begin($"gateway=127.0.0.1:{_port}");
        var exit = await client.WaitForExit();
        Assert.True(exit.Code == 0, string.Join('\n', exit.Errors));
        Assert.Equal(
            [
                "set and got: 21.5 °C in version that was written",
                "set if unchanged: True, then False",
                "batch: 3 of 3",
                "deleted: True, then False",
                "list: cellar, hall, kitchen",
            ],
            exit.Output);
    }

    [Fact]
    public async Task No_acknowledged_write_is_lost_when_the_service_is_killed_under_the_sample()
    {
        var service = await Start();
        await using var client = sample.Begin($"gateway=127.0.0.1:{_port}", "seconds=25");
        await client.WaitForLine("written: 20", TimeSpan.FromSeconds(20));
        await service.Kill();
        await service.DisposeAsync();
        await client.WaitForLine("failed: ", TimeSpan.FromSeconds(15));
        await using var again = await Start();
        var exit = await client.WaitForExit();
        Assert.True(exit.Code == 0, string.Join('\n', exit.Output.TakeLast(3).Concat(exit.Errors)));
        var summary = Summary().Match(exit.Output[^1]);
        Assert.True(summary.Success, exit.Output[^1]);
        TestContext.Current.TestOutputHelper?.WriteLine(summary.Value);

        // It was written to again after the kill.
        Assert.Matches("^written: ", exit.Output[^2]);
    }

    [Fact]
    public async Task Sample_that_finds_no_service_ends_with_a_clear_line()
    {
        await using var client = sample.Begin($"gateway=127.0.0.1:{_port}");
        var exit = await client.WaitForExit();
        Assert.Equal(1, exit.Code);
        Assert.Contains("within 15 s", Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.Contains("Refused", exit.Errors[0], StringComparison.Ordinal);
    }

    private Task<ServiceProcess> Start() =>
        ServiceProcess.Start(_directory, new ServiceSetup().With("Gateway:Port", _port.ToString(CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"^acknowledged \d+, failed \d+, lost 0; longest without service [\d.]+ s$")]
    private static partial Regex Summary();
}
