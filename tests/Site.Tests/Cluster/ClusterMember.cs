using EdgeOrleans.Grains;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Cluster;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Site.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.TestingHost;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>A member's grains over PostgreSQL, in this process. Two of them over one database know nothing of each other.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private const string ServiceId = "cluster";

    private readonly InProcessTestCluster _cluster;

    private ClusterMember(InProcessTestCluster cluster) => _cluster = cluster;

    /// <summary>Starts it; it reaches PostgreSQL through a link when one is given.</summary>
    public static async Task<ClusterMember> Start(SiteDatabase site, Link? link = null)
    {
        // Closed with the rows.
        var source = ClusterStorage.Make(site.Server.ConnectionString(site.Name, link?.Port));
        await using (var connection = await source.OpenConnectionAsync())
        {
            await SiteMigration.Migrate(connection, CancellationToken.None);
        }

        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(_ => new ClusterRows(source, ServiceId));
            silo.AddEdgeOrleansClusterGrains(new ClusterGrainsSetup
            {
                Connections = new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize,
                Storage = static services => new WriteBehindTarget("postgres", services.GetRequiredService<ClusterRows>(), isPrimary: true, TimeSpan.Zero),
            });
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new ClusterMember(cluster);
    }

    public ICollectionGrain Collection(string key) => _cluster.Client.GetGrain<ICollectionGrain>(key);

    /// <summary>A write as a gateway makes it: again where nothing was done.</summary>
    public async Task<WriteResult> Set(string collection, string key, string json)
    {
        while (true)
        {
            var operation = new Operation { Kind = OperationKind.Set, Key = key, Value = System.Text.Encoding.UTF8.GetBytes(json) };
            var result = (await Collection(collection).Apply(new WriteBatch { Operations = [operation] }))[0];
            if (result.Refusal is not { Code: RefusalCode.Overtaken })
            {
                return result;
            }
        }
    }

    /// <summary>A strong read as a gateway makes it.</summary>
    public async Task<string?> Get(string collection, string key)
    {
        while (true)
        {
            try
            {
                return await Collection(collection).GetStrong(key) is { } entry ? System.Text.Encoding.UTF8.GetString(entry.Value.Span) : null;
            }
            catch (RefusedException refused) when (refused.Refusal.Code == RefusalCode.Overtaken)
            {
                await Task.Delay(20);
            }
        }
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
