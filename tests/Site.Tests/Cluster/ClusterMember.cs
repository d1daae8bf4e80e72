using EdgeOrleans.Grains;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Site.Tests.Servers;
using Npgsql;
using Orleans.TestingHost;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>A member's grains over PostgreSQL, in this process. Two of them over one database know nothing of each other.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private const string ServiceId = "cluster";

    private readonly InProcessTestCluster _cluster;
    private readonly NpgsqlDataSource _source;

    private ClusterMember(InProcessTestCluster cluster, NpgsqlDataSource source) => (_cluster, _source) = (cluster, source);

    public static async Task<ClusterMember> Start(SiteDatabase site)
    {
        var source = NpgsqlDataSource.Create(
            site.Server.ConnectionString(site.Name) + ";Maximum Pool Size=8;Timeout=3;Command Timeout=5;Cancellation Timeout=500;Keepalive=10");
        await using (var connection = await source.OpenConnectionAsync())
        {
            await SiteMigration.Migrate(connection, CancellationToken.None);
        }

        var rows = new ProviderRows(new GrainStorageRows(await AdoNetProvider.StartPostgres(source, ServiceId, CancellationToken.None)));
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.AddEdgeOrleansClusterGrains(new ClusterGrainsSetup
        {
            Storage = _ => new WriteBehindTarget("postgres", rows, isPrimary: true, TimeSpan.Zero),
        }));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new ClusterMember(cluster, source);
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

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _source.DisposeAsync();
    }

    private sealed class ProviderRows(GrainStorageRows rows) : IStateRows
    {
        public long Epoch => 0;

        public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) => rows.Read(collectionKey, row, ct);

        public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
            rows.Write(collectionKey, row, payload, etag, ct);

        public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) => throw new NotSupportedException();

        public Task MakeDurable(CancellationToken ct) => Task.CompletedTask;
    }
}
