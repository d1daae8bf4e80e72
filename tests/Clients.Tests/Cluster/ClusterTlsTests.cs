using System.Net;
using EdgeOrleans.Clients.Tests.Tls;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>Mutual TLS between the silos of a cluster, on their real ports.</summary>
[Collection(SiteCollection.Name)]
public sealed class ClusterTlsTests : IDisposable
{
    private readonly SiteServers _servers;
    private readonly ServiceDirectory _directory = new();
    private readonly Authority _authority;
    private readonly Authority _other;

    public ClusterTlsTests(SiteServers servers)
    {
        _servers = servers;
        _authority = new Authority(_directory.Path, "authority");
        _other = new Authority(_directory.Path, "other");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Silos_of_one_authority_are_one_cluster_and_any_of_them_serves_any_key()
    {
        await using var members = await Start("united");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.Created, await members[i % 2].Client.Set($"c{i}", "k", "1"));
            Assert.Equal("1", await members[(i + 1) % 2].Client.Get($"c{i}", "k"));
        }

        await using var client = await OrleansClient.Connect(members.GatewayOf(1), Options("united") with { Tls = _authority.Issue("client", usage: Usage.Client) });
        Assert.True(await client.Numbers.Set("k", 1) > 0);
        await Assert.ThrowsAsync<ConnectFailedException>(() => OrleansClient.Connect(members.GatewayOf(0), Options("united")));
    }

    [Theory]
    [InlineData("of another authority", "closed-to-others")]
    [InlineData("of a client", "closed-to-clients")]
    [InlineData("of another name", "closed-to-other-names")]
    [InlineData("that has expired", "closed-to-the-expired")]
    [InlineData("none at all", "closed-to-all")]
    public async Task Silo_with_a_wrong_certificate_cannot_join(string what, string cluster)
    {
        var database = await _servers.NewDatabase();
        await using var members = await Start(cluster, database);
        await using var stranger = ServiceProcess.Begin(_directory, _servers.Member(database, cluster, what switch
        {
            "of another authority" => _other.Issue("stranger"),
            "of a client" => _authority.Issue("stranger", usage: Usage.Client),
            "of another name" => _authority.Issue("stranger", name: "elsewhere"),
            "that has expired" => _authority.Issue("stranger", expired: true),
            _ => null,
        }));

        // A member refuses the stranger, or is refused by it: whoever looks first.
        await Task.WhenAny(
            members[0].WaitForLine("No TLS with", TimeSpan.FromSeconds(30)),
            members[1].WaitForLine("No TLS with", TimeSpan.FromSeconds(30))).Unwrap();
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(stranger.Output, static line => line.Contains("listens on", StringComparison.Ordinal));

        // The others go on without it.
        Assert.Equal(HttpStatusCode.Created, await members[0].Client.Set("c", "k", "1"));
        Assert.Equal("1", await members[1].Client.Get("c", "k"));
    }

    [Fact]
    public async Task Renewed_certificates_are_used_by_the_next_silo_that_joins()
    {
        var database = await _servers.NewDatabase();
        await using var members = await Start("renewed", database);

        // New keys in the same files; the second silo starts with them, the first has them for its next connection.
        _authority.Issue("silo-0");
        _authority.Issue("silo-1");
        await members.Kill(1);
        await members.Start(1);
        Assert.Equal(HttpStatusCode.Created, await members[0].Client.Set("c", "k", "1"));
        Assert.Equal("1", await members[1].Client.Get("c", "k"));
        await members[0].WaitForLine("the certificate in .*silo-0.pem is new", TimeSpan.FromSeconds(10));
    }

    private async Task<Members> Start(string cluster, string? database = null)
    {
        database ??= await _servers.NewDatabase();
        var members = new Members(
            _servers.Member(database, cluster, _authority.Issue("silo-0")), _servers.Member(database, cluster, _authority.Issue("silo-1")));
        try
        {
            await members.Start();
            return members;
        }
        catch
        {
            await members.DisposeAsync();
            throw;
        }
    }

    private static KeyValueClientOptions Options(string cluster) => new() { ClusterId = cluster, ConnectLimit = TimeSpan.FromSeconds(1) };
}
