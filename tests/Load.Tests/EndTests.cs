using System.Diagnostics;
using System.Globalization;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Load.Tests;

/// <summary>A generator that is told to end before it is done.</summary>
public sealed class EndTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Termination_ends_the_service_that_was_started()
    {
        using var generator = Process.Start(
            new ProcessStartInfo(Generator.Path, ["users", "--users", "1", "--service", ServiceBinary.Path, "--duration", "600"])
            {
                RedirectStandardOutput = true,
            })!;
        using var limit = new CancellationTokenSource(Limit);
        string[] services;
        while ((services = ChildrenOf(generator.Id)).Length == 0 || ListeningSockets.PortsOf(int.Parse(services[0], CultureInfo.InvariantCulture)).Count == 0)
        {
            await Task.Delay(50, limit.Token);
        }

        using var kill = Process.Start("sh", ["-c", $"kill -TERM {generator.Id}"]);
        await generator.WaitForExitAsync(limit.Token);
        Assert.Equal(2, generator.ExitCode);
        Assert.All(services, static id => Assert.False(Directory.Exists($"/proc/{id}")));
    }

    private static string[] ChildrenOf(int processId) =>
    [
        .. Directory.EnumerateDirectories($"/proc/{processId}/task")
            .SelectMany(static thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];
}
