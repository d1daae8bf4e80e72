using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Site;

/// <summary><c>edgeorleans site-schema</c>: makes the schema of the site's database, or brings it up to date.</summary>
internal static class SchemaVerb
{
    /// <exception cref="StartFault">The site cannot be reached, or its schema is newer.</exception>
    public static Task<ExitCode> Run(ServiceOptions options) => SiteSession.Run(options, static async (_, connection) =>
    {
        var version = await SiteMigration.Migrate(connection, CancellationToken.None);
        if (SiteMigration.Fault(version) is { } fault)
        {
            throw fault;
        }

        await Console.Out.WriteLineAsync($"The site's database has schema version {version}.");
        return ExitCode.Stopped;
    });
}
