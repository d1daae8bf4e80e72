using System.Globalization;
using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// <c>edgeorleans restore</c>: a card is gone, and a new one gets what the device had mirrored. The old copy, should it come back, is shut
/// out by the claim. The file gets its name last, so a restore that was cut short has made nothing.
/// </summary>
internal static class RestoreVerb
{
    /// <exception cref="StartFault">The directory is not empty, no such device is known, or the site does not take it.</exception>
    public static Task<ExitCode> Run(ServiceOptions options) => SiteSession.Run(options, async (site, connection) =>
    {
        using var disk = DataSetup.Lock(options);
        var path = DataSetup.DatabasePath(options);
        if (File.Exists(path) || disk.List().Any(static name => name.EndsWith(".segment", StringComparison.Ordinal)))
        {
            throw new StartFault(ExitCode.DataUnusable, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which holds data: restore fills an empty directory only.");
        }

        await SiteMigration.Require(connection, site.CreatesSchema, CancellationToken.None);
        var held = await DeviceClaim.Read(connection, site.Device, CancellationToken.None)
            ?? throw new StartFault(ExitCode.Configuration, $"{OptionTable.SiteDevice.Name} is '{site.Device}', but must be one of {await Devices(connection)}.");

        var unfinished = path + ".restoring";
        foreach (var leftOver in Directory.EnumerateFiles(options.DataPath, Path.GetFileName(unfinished) + "*"))
        {
            File.Delete(leftOver);
        }

        // The claim before the rows: what the old copy should still write after them could not be told from what was restored.
        var record = new DeviceRecord { Id = site.Device, Machine = MachineMarks.Read() }.WithNewClaim();
        if (!await DeviceClaim.Replace(connection, site.Device, held, record.Claims[^1], CancellationToken.None))
        {
            throw new SiteRefusedException($"device {site.Device} connected just now; is it still running?");
        }

        var (rowCount, collections) = await Fill(unfinished, connection, record);
        File.Move(unfinished, path);
        FileDisk.FlushNames(options.DataPath);
        await Console.Out.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"Restored device {site.Device}: {collections} collections in {rowCount} rows. Start the service to go on as this device."));
        return ExitCode.Stopped;
    });

    private static async Task<(long Rows, int Collections)> Fill(string path, NpgsqlConnection connection, DeviceRecord record)
    {
        using var database = DataSetup.Database(path, NullLogger.Instance);
        database.Open();
        var count = await SiteCopy.Run(connection, record.Id, database, OneSilo.ClusterName);
        using var rows = new SqliteRows(database, OneSilo.ClusterName, TimeProvider.System);
        using var identity = new DeviceIdentity(rows, record.Machine, NullLogger.Instance);
        await identity.Change(_ => record, CancellationToken.None);
        var storage = new WriteBehindTarget("sqlite", rows, isPrimary: true, TimeSpan.Zero);
        var collections = await CatalogAdoption.Run(storage, TimeProvider.System, CancellationToken.None);
        await rows.MakeDurable(CancellationToken.None);
        return (count, collections);
    }

    private static async Task<string> Devices(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT device, name, last_seen FROM devices ORDER BY last_seen DESC LIMIT 20", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var devices = new List<string>();
        while (await reader.ReadAsync())
        {
            devices.Add(string.Create(CultureInfo.InvariantCulture, $"'{reader.GetString(0)}' ({reader.GetString(1)}, last seen {reader.GetDateTime(2):u})"));
        }

        return devices.Count == 0 ? "those that mirror to this site, and there is none" : string.Join(", ", devices);
    }
}
