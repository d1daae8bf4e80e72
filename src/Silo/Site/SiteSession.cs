using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>One connection to the site for a verb, whose user reads what goes wrong in one line.</summary>
internal static class SiteSession
{
    /// <summary>Connects to the site of the options and works there.</summary>
    /// <exception cref="StartFault">There is no site, it cannot be reached, or it does not take the work.</exception>
    public static Task<T> Run<T>(ServiceOptions options, Func<SiteOptions, NpgsqlConnection, Task<T>> work)
    {
        var site = options.Site
            ?? throw new StartFault(ExitCode.Configuration, $"{OptionTable.SiteConnectionString.Name} must be set: it says where the site's database is.");
        return Run(options, site.ConnectionString, connection => work(site, connection));
    }

    /// <summary>Connects, works, and turns what fails into one line and an exit code.</summary>
    /// <exception cref="StartFault">The database cannot be reached, or does not take the work.</exception>
    public static async Task<T> Run<T>(ServiceOptions options, string connectionString, Func<NpgsqlConnection, Task<T>> work)
    {
        try
        {
            await using var source = SiteDataSource.Make(connectionString);
            await using var connection = await source.OpenConnectionAsync();
            return await work(connection);
        }
        catch (SiteSchemaException e)
        {
            throw new StartFault(e.IsNewer ? ExitCode.DataTooNew : ExitCode.SiteUnusable, e.Message);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or SiteRefusedException or StateDamagedException)
        {
            throw new StartFault(ExitCode.SiteUnusable, $"The site's database does not take this: {DriverFault.TextOf(e)}");
        }
        catch (DatabaseVersionException e)
        {
            throw new StartFault(ExitCode.DataTooNew, e.Message);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartFault(ExitCode.DataUnusable, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which cannot be used: {e.Message}");
        }
    }
}
