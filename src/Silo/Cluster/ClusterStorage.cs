using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Site;
using Npgsql;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>Connections to the PostgreSQL that holds a cluster's data: few, and with an early end to every wait, because clients wait behind them.</summary>
internal static class ClusterStorage
{
    // What is not said in the connection string. More connections give more writes a second, but every member has its own.
    private const string Defaults =
        "Maximum Pool Size=8;Timeout=3;Command Timeout=5;Cancellation Timeout=500;Keepalive=10;Application Name=edgeorleans;";

    // What it is called in metrics, which would show the connection string otherwise.
    private const string Name = "cluster";

    // PostgreSQL may be starting beside this service; what starts the service starts it again anyway.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes the source; nothing is connected yet.</summary>
    public static NpgsqlDataSource Make(string connectionString)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(Defaults + connectionString) { Name = Name }.EnableTransportSecurity();
        SpareThreads(builder.ConnectionStringBuilder.MaxPoolSize);
        return builder.Build();
    }

    /// <summary>Makes sure that the database answers and has this service's schema.</summary>
    /// <exception cref="StartFault">It does not, or has another.</exception>
    public static async Task Require(NpgsqlDataSource source, ClusterMemberOptions cluster)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                await SiteMigration.Require(connection, cluster.CreatesSchema, CancellationToken.None);
                return;
            }
            catch (SiteSchemaException e)
            {
                throw new StartFault(e.IsNewer ? ExitCode.DataTooNew : ExitCode.ClusterUnusable, e.Message);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                if (e is not NpgsqlException { IsTransient: true } || TimeProvider.System.GetElapsedTime(begun) > StartLimit)
                {
                    throw Fault(e);
                }
            }

            await Task.Delay(RetryAfter);
        }
    }

    /// <summary>
    /// Npgsql asks a server that hangs to cancel what timed out, and blocks a thread of the pool while it waits for that, for each connection.
    /// A pool with as many threads as processors, to which another is added each half second, serves nobody meanwhile.
    /// </summary>
    private static void SpareThreads(int connections)
    {
        ThreadPool.GetMinThreads(out var workers, out var completionPorts);
        ThreadPool.SetMinThreads(workers + connections, completionPorts);
    }

    /// <summary>What is said when the database fails a start.</summary>
    public static StartFault Fault(Exception e) => new(
        ExitCode.ClusterUnusable, $"The PostgreSQL of {OptionTable.ClusterStorage.Name} cannot be used: {DriverFault.TextOf(e)}");
}
