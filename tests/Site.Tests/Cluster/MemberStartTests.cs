using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Site.Tests.Servers;
using Npgsql;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>A member whose servers are away or not as they must be ends with a line and a code of its own; whoever started it starts it again.</summary>
[Collection(SiteCollection.Name)]
public sealed class MemberStartTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly SiteServer _server;

    public MemberStartTests(SiteServer server)
    {
        Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition is never a member.");
        _server = server;
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Member_without_PostgreSQL_ends_with_a_line()
    {
        var line = await Refusal(9, Member($"Host=127.0.0.1;Port={FreePort.Find()};Database=d;Username=u;Password=secret-word", "127.0.0.1:1"));
        Assert.StartsWith("The PostgreSQL of Cluster:Storage cannot be used: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_without_Redis_ends_with_a_line()
    {
        var port = FreePort.Find();
        var line = await Refusal(9, Member(await Database(), $"127.0.0.1:{port},password=secret-word").With("Cluster:CreateSchema", "true"));
        Assert.StartsWith($"Redis at 127.0.0.1:{port} (Cluster:Redis) cannot be reached: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_that_is_missing_or_newer_is_refused_and_made_by_its_verb()
    {
        var storage = await Database();
        var member = Member(storage, "127.0.0.1:1");
        Assert.Contains("run 'edgeorleans site-schema'", await Refusal(9, member), StringComparison.Ordinal);

        // The verb asks for the data alone.
        var verb = new ServiceSetup { Arguments = ["site-schema"] }.With("Cluster:Storage", storage);
        var made = await ServiceProcess.RunToExit(_directory, verb);
        Assert.Equal((0, "The site's database has schema version 2."), (made.Code, made.Output.Single()));

        await _server.Query(new NpgsqlConnectionStringBuilder(storage).Database!, "INSERT INTO schema_version VALUES (3) RETURNING version");
        Assert.Contains("made by a newer version of EdgeOrleans", await Refusal(4, member), StringComparison.Ordinal);
    }

    private static ServiceSetup Member(string storage, string redis) => new ServiceSetup()
        .With("Cluster:Storage", storage)
        .With("Cluster:Redis", redis)
        .With("Cluster:Port", $"{FreePort.Find()}");

    private async Task<string> Database() => _server.ConnectionString(await _server.CreateDatabase());

    private async Task<string> Refusal(int code, ServiceSetup member)
    {
        var exit = await ServiceProcess.RunToExit(_directory, member);
        Assert.Equal((code, 1), (exit.Code, exit.Errors.Count));
        Assert.DoesNotContain("secret-word", exit.Errors[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory.DataPath));
        return exit.Errors[0];
    }
}
