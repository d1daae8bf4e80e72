using EdgeOrleans.Silo.Configuration;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary><c>edgeorleans site-schema</c>: makes the schema of the site's database, or brings it up to date.</summary>
internal static class SchemaVerb
{
    /// <exception cref="StartFault">No database is named, one cannot be reached, or its schema is newer.</exception>
    public static async Task<ExitCode> Run(ServiceOptions options)
    {
        // What a cluster keeps and what devices mirror is in one database or in two.
        var databases = new[] { options.Cluster?.Storage, options.Site?.ConnectionString }.OfType<string>().Distinct().ToArray();
        if (databases.Length == 0)
        {
            throw new StartFault(
                ExitCode.Configuration, $"{OptionTable.SiteConnectionString.Name} or {OptionTable.ClusterStorage.Name} must be set: it says where the site's database is.");
        }

        foreach (var database in databases)
        {
            await Console.Out.WriteLineAsync($"The site's database has schema version {await SiteSession.Run(options, database, Migrate)}.");
        }

        return ExitCode.Stopped;
    }

    private static async Task<int> Migrate(NpgsqlConnection connection)
    {
        var version = await SiteMigration.Migrate(connection, CancellationToken.None);
        return SiteMigration.Fault(version) is { } fault ? throw fault : version;
    }
}
