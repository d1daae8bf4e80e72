using System.Text;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Cluster;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Site.Tests.Servers;
using Npgsql;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>The rows of a member over one database of a real PostgreSQL, and what it takes to break what they do.</summary>
internal sealed class StorageRows : IDisposable
{
    private const string Collection = "ns/c";

    private StorageRows(SiteDatabase site, ClusterRows rows) => (Site, Rows) = (site, rows);

    public SiteDatabase Site { get; }

    public ClusterRows Rows { get; }

    /// <summary>Rows in a database that has the schema, with more settings for the connections when some are given.</summary>
    public static async Task<StorageRows> Open(SiteDatabase site, string settings = "", Link? link = null, string service = "cluster")
    {
        await using (var connection = await site.Server.Connect(site.Name))
        {
            await SiteMigration.Migrate(connection, CancellationToken.None);
        }

        return new StorageRows(site, new ClusterRows(ClusterStorage.Make($"{site.Server.ConnectionString(site.Name, link?.Port)};{settings}"), service));
    }

    public Task<string> Write(string row, int bytes = 10, string? etag = null) =>
        Rows.Write(Collection, row, Encoding.ASCII.GetBytes(new string('x', bytes)), etag, CancellationToken.None);

    public Task<StateRow> Read(string row) => Rows.Read(Collection, row, CancellationToken.None);

    public Task ProveWritable() => Rows.ProveWritable(CancellationToken.None);

    /// <summary>Whether the database has the row, asked by another way.</summary>
    public async Task<bool> Has(string row) =>
        (await Site.Query($"SELECT 1 FROM OrleansStorage WHERE GrainTypeString = '{row}'")).Count == 1;

    /// <summary>Nobody writes until it is disposed of.</summary>
    public async Task<NpgsqlConnection> Lock()
    {
        var connection = await Site.Server.Connect(Site.Name);
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE OrleansStorage IN EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    public void Dispose() => Rows.Dispose();
}
