using System.Globalization;
using EdgeOrleans.Clients.Tests.Tls;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.ServiceHarness.Servers;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>A PostgreSQL and a Redis, on which tests make clusters of their own.</summary>
public sealed class SiteServers : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new();

    /// <summary>How clients find the clusters.</summary>
    internal string Redis => _redis.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        if (!ServiceBinary.IsGiven)
        {
            await _postgres.InitializeAsync();
            await _redis.Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    /// <summary>A database for one cluster.</summary>
    internal async Task<string> NewDatabase()
    {
        Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition is no member of a cluster.");
        return _postgres.ConnectionString(await _postgres.CreateDatabase());
    }

    /// <summary>How to start a member.</summary>
    internal ServiceSetup Member(string database, string cluster, TlsOptions? tls = null)
    {
        var setup = new ServiceSetup { StartLimit = TimeSpan.FromSeconds(60) }
            .With("Cluster:Redis", Redis)
            .With("Cluster:Storage", database)
            .With("Cluster:CreateSchema", "true")
            .With("Cluster:Id", cluster)
            .With("Cluster:Port", FreePort.Find().ToString(CultureInfo.InvariantCulture))
            .With("Gateway:Port", FreePort.Find().ToString(CultureInfo.InvariantCulture));
        return tls is null ? setup : setup.WithTls(tls);
    }
}

/// <summary>Clusters want the machine for themselves, and one pair of servers is enough for all.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SiteCollection : ICollectionFixture<SiteServers>
{
    public const string Name = "site";
}
