using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>Connections to the site's PostgreSQL: few, and with an end to every wait.</summary>
internal static class SiteDataSource
{
    // What is not said in the connection string. A hung server is given up on after the command time-out; 30 s let the longest row of a
    // common collection (1 MiB) through at 35 KB/s. The pool holds the four saves at once and the check of the claim.
    private const string Defaults =
        "Maximum Pool Size=5;Timeout=5;Command Timeout=30;Cancellation Timeout=2000;Keepalive=10;Application Name=edgeorleans;";

    // What it is called in metrics, which would show the connection string otherwise.
    private const string Name = "site";

    /// <summary>Whether a text can be a connection string.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(Defaults + text) is { Host.Length: > 0, Database.Length: > 0 };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Makes the source; nothing is connected yet.</summary>
    /// <remarks>The slim builder, since the full one brings every type of PostgreSQL into the native edition.</remarks>
    public static NpgsqlDataSource Make(string connectionString) =>
        new NpgsqlSlimDataSourceBuilder(Defaults + connectionString) { Name = Name }.EnableTransportSecurity().Build();
}
