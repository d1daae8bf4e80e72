using System.Globalization;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// <c>edgeorleans overwrite</c>: this device's data is the truth. What the site has of the device is kept there under another id, and the
/// device's rows begin anew at its next start.
/// </summary>
internal static class OverwriteVerb
{
    // Every row of the device gets another key.
    private const int MoveTimeoutSeconds = 600;

    /// <exception cref="StartFault">A service uses the data, or the site does not take it.</exception>
    public static Task<ExitCode> Run(ServiceOptions options) => SiteSession.Run(options, async (site, connection) =>
    {
        using var disk = DataSetup.Lock(options);
        if (!File.Exists(DataSetup.DatabasePath(options)))
        {
            throw new StartFault(ExitCode.DataUnusable, $"{OptionTable.DataPath.Name} is '{options.DataPath}', where there is no data to put in the place of the site's.");
        }

        await SiteMigration.Require(connection, site.CreatesSchema, CancellationToken.None);
        using var database = DataSetup.Database(DataSetup.DatabasePath(options), NullLogger.Instance);
        database.Open();
        if (database.SetAsideFiles is [var damaged, ..])
        {
            throw new StartFault(ExitCode.DataUnusable, $"The database was damaged and is set aside as '{damaged}': there is nothing to put in the place of the site's.");
        }

        using var rows = new SqliteRows(database, OneSilo.ClusterName, TimeProvider.System);
        using var identity = new DeviceIdentity(rows, MachineMarks.Read(), NullLogger.Instance);
        var id = (await identity.Get(CancellationToken.None)).Id;
        var aside = string.Create(CultureInfo.InvariantCulture, $"{id}.replaced-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}");

        await using var transaction = await connection.BeginTransactionAsync();
        var isKnown = await SetAside(connection, id, aside);
        var record = await identity.Change(static record => record.WithNewClaim() with { Ahead = [] }, CancellationToken.None);
        await DeviceClaim.Replace(connection, id, held: null, record.Claims[^1], CancellationToken.None);
        await transaction.CommitAsync();
        await Console.Out.WriteLineAsync(isKnown
            ? $"Device {id} writes its own data to the site from its next start on; what was there is kept as device {aside}."
            : $"The site has nothing of device {id}, which writes its data there from its next start on.");
        return ExitCode.Stopped;
    });

    /// <returns>Whether there was anything.</returns>
    private static async Task<bool> SetAside(NpgsqlConnection connection, string id, string aside)
    {
        var moved = 0;
        foreach (var sql in new[] { "UPDATE OrleansStorage SET ServiceId = @aside WHERE ServiceId = @device", "UPDATE devices SET device = @aside WHERE device = @device" })
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = MoveTimeoutSeconds };
            command.Parameters.AddWithValue("device", id);
            command.Parameters.AddWithValue("aside", aside);
            moved += await command.ExecuteNonQueryAsync();
        }

        return moved > 0;
    }
}
