using System.Globalization;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>Looks which schema a site has, and brings it up to this service's.</summary>
internal static class SiteMigration
{
    // Of two services that come first at once one makes the schema.
    private const long LockKey = 0x45646765_4F724C65;

    /// <summary>Makes sure that the schema is this service's.</summary>
    /// <exception cref="SiteSchemaException">It is newer, or older and must not be touched.</exception>
    public static async Task Require(NpgsqlConnection connection, bool mayMigrate, CancellationToken ct)
    {
        var version = await ReadVersion(connection, ct);
        if (version < SiteSchema.Version && mayMigrate)
        {
            version = await Migrate(connection, ct);
        }

        if (Fault(version) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Brings the schema up to date, step by step in one transaction.</summary>
    /// <returns>The version that it has now; greater than this service's when a newer one was here.</returns>
    public static async Task<int> Migrate(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Execute(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({LockKey})"), ct);
        var version = await ReadVersion(connection, ct);
        for (; version < SiteSchema.Version; version++)
        {
            await RequireUtf8(connection, ct);
            await Execute(connection, SiteSchema.Migrations[version], ct);
        }

        await transaction.CommitAsync(ct);
        return version;
    }

    /// <summary>Why this service must not use a schema of a version; <see langword="null"/> when it may.</summary>
    public static SiteSchemaException? Fault(int version) =>
        version > SiteSchema.Version
            ? new SiteSchemaException(
                $"The site's database has schema version {version}, made by a newer version of EdgeOrleans; this one knows versions up to {SiteSchema.Version}.", isNewer: true)
        : version < SiteSchema.Version
            ? new SiteSchemaException(
                $"The site's database has {(version == 0 ? "no schema" : $"schema version {version}")}, but {SiteSchema.Version} is needed: run 'edgeorleans site-schema', or set Site:CreateSchema=true, or Cluster:CreateSchema=true in a cluster.", isNewer: false)
        : null;

    private static async Task<int> ReadVersion(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var known = new NpgsqlCommand("SELECT to_regclass('schema_version') IS NOT NULL", connection);
        if (await known.ExecuteScalarAsync(ct) is not true)
        {
            return 0;
        }

        await using var read = new NpgsqlCommand("SELECT max(version) FROM schema_version", connection);
        return await read.ExecuteScalarAsync(ct) is int version ? version : 0;
    }

    private static async Task RequireUtf8(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT current_setting('server_encoding')", connection);
        var encoding = await command.ExecuteScalarAsync(ct) as string;
        if (encoding != "UTF8")
        {
            throw new SiteSchemaException($"The site's database has the encoding {encoding}, but UTF8 is needed.", isNewer: false);
        }
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>The site's database has not the schema that this service needs.</summary>
internal sealed class SiteSchemaException(string message, bool isNewer) : Exception(message)
{
    /// <summary>Whether a newer version of the service made it.</summary>
    public bool IsNewer { get; } = isNewer;
}
