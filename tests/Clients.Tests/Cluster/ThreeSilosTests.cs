using System.Net;
using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.ServiceHarness.Servers;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>The command of README that starts a site of three to try out.</summary>
[Collection(SiteCollection.Name)]
public sealed partial class ThreeSilosTests : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Command_starts_three_members_that_are_one_cluster_and_Ctrl_C_ends_all_of_it()
    {
        Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition is no member of a cluster.");
        foreach (var variable in new[] { PostgresServer.Variable, RedisServer.Variable })
        {
            Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)), $"{variable} names a server elsewhere, and the command starts its own.");
        }

        await using var command = ServiceProcess.Begin(_directory, new ServiceSetup
        {
            Command = [Path.Combine(ServiceBinary.RepositoryRoot, "deploy", "three-silos.sh"), Path.GetDirectoryName(ServiceBinary.Path)!],
        });
        await command.WaitForLine("Ctrl-C ends them all", StartLimit);
        var members = command.Output.Select(static line => MemberLine().Match(line)).Where(static match => match.Success).ToArray();
        Assert.Equal(3, members.Length);
        using (var first = new HttpClient { BaseAddress = new Uri(members[0].Groups["address"].Value) })
        {
            Assert.Equal(HttpStatusCode.Created, await first.Set("c", "k", "1"));
        }

        foreach (var member in members)
        {
            using var client = new HttpClient { BaseAddress = new Uri(member.Groups["address"].Value) };
            Assert.Equal("1", await client.Get("c", "k"));
        }

        Assert.Equal(0, (await command.Interrupt()).Code);
        Assert.All(members, static member => Assert.False(Directory.Exists($"/proc/{member.Groups["process"].Value}"), $"{member.Value} still runs"));
    }

    [GeneratedRegex(@"^Member \d: (?<address>http://[^ ]+) \(process (?<process>\d+), ")]
    private static partial Regex MemberLine();
}
