using EdgeOrleans.ServiceHarness;
using EdgeOrleans.ServiceHarness.Servers;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>TLS to a real PostgreSQL, as Npgsql's words in the connection string ask for it.</summary>
[Collection(SiteCollection.Name)]
public sealed class StorageTlsTests(TlsServer server) : IClassFixture<TlsServer>, IDisposable
{
    private const string Reason = "certificate";

    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Device_mirrors_through_it()
    {
        var database = await Database();
        await using var device = await ServiceProcess.Start(_directory, Device(database, server.Authority));
        await device.Client.Set("c", "k", "1");
        await device.WaitInSync();
        Assert.Equal(["1"], await server.Postgres.Query(database, "SELECT text FROM entries"));
        Assert.Equal("0", await PlainConnections(database));
    }

    [Fact]
    public async Task Device_serves_and_says_why_when_it_does_not_take_the_certificate()
    {
        await using var device = await ServiceProcess.Start(_directory, Device(await Database(), server.Stranger));
        await device.Client.Set("c", "k", "1");
        await device.WaitFor(static sync => sync.ToString().Contains(Reason, StringComparison.Ordinal));
        await device.WaitForLine($"does not take saves.*{Reason}", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Verb_says_why_when_it_does_not_take_the_certificate()
    {
        var database = await Database();
        var refused = await Verb(database, server.Stranger);
        var line = Assert.Single(refused.Errors);
        Assert.StartsWith("The site's database does not take this: ", line, StringComparison.Ordinal);
        Assert.Contains(Reason, line, StringComparison.Ordinal);
        Assert.Equal(0, (await Verb(database, server.Authority)).Code);
    }

    [Fact]
    public async Task Member_keeps_its_data_through_it()
    {
        SkipNative();
        await using var redis = new RedisServer();
        await redis.Start();
        var database = await Database();
        await using var member = await ServiceProcess.Start(_directory, Member(database, server.Authority, redis.ConnectionString));
        await member.Client.Set("c", "k", "1");
        Assert.Equal(["1"], await server.Postgres.Query(database, "SELECT text FROM entries"));
        Assert.Equal("0", await PlainConnections(database));
    }

    [Fact]
    public async Task Member_that_does_not_take_the_certificate_ends_with_a_line()
    {
        SkipNative();
        var exit = await ServiceProcess.RunToExit(_directory, Member(await Database(), server.Stranger, "127.0.0.1:1"));
        var line = Assert.Single(exit.Errors);
        Assert.Equal(9, exit.Code);
        Assert.StartsWith("The PostgreSQL of Cluster:Storage cannot be used: ", line, StringComparison.Ordinal);
        Assert.Contains(Reason, line, StringComparison.Ordinal);
    }

    private static void SkipNative() => Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition is never a member.");

    private Task<string> Database()
    {
        Assert.SkipUnless(server.Postgres.IsOwn, "The server is somebody else's.");
        return server.Postgres.CreateDatabase();
    }

    private ServiceSetup Device(string database, string authority) => new ServiceSetup()
        .With("Site:ConnectionString", server.ConnectionString(database, authority))
        .With("Site:CreateSchema", "true")
        .With("Site:SaveAfterMs", "200");

    private ServiceSetup Member(string database, string authority, string redis) => new ServiceSetup { StartLimit = TimeSpan.FromSeconds(60) }
        .With("Cluster:Storage", server.ConnectionString(database, authority))
        .With("Cluster:Redis", redis)
        .With("Cluster:CreateSchema", "true")
        .With("Cluster:Port", $"{FreePort.Find()}");

    private Task<ServiceExit> Verb(string database, string authority) =>
        ServiceProcess.RunToExit(_directory, Device(database, authority) with { Arguments = ["site-schema"] });

    private async Task<string> PlainConnections(string database)
    {
        const string ofService = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'under-test'";
        Assert.NotEqual("0", (await server.Postgres.Query(database, $"SELECT count(*) {ofService} AND ssl")).Single());
        return (await server.Postgres.Query(database, $"SELECT count(*) {ofService} AND NOT ssl")).Single()!;
    }
}
