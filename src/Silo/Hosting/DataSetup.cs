using EdgeOrleans.Grains;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Systemd;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>The data directory: the journal in a folder of its own, beside it the SQLite file that collections are saved to.</summary>
internal static class DataSetup
{
    private const string JournalFolder = "journal";
    private const string DatabaseFile = "edgeorleans.db";

    // How long SQLite waits for a lock that another program holds, such as a copy being made.
    private const int BusyTimeoutSeconds = 5;

    /// <summary>Where the journal is.</summary>
    public static string JournalPath(ServiceOptions options) => Path.Combine(options.DataPath, JournalFolder);

    /// <summary>The disk as tests want it.</summary>
    public static IDisk Slowed(IDisk disk, ServiceOptions options) =>
        options.FlushDelay > TimeSpan.Zero ? new SlowDisk(disk, options.FlushDelay) : disk;

    /// <summary>Locks the directory and recovers the journal.</summary>
    /// <exception cref="StartFault">The directory is in use, written by a newer version, or cannot be used.</exception>
    public static FlashJournal OpenJournal(ServiceOptions options, ServiceManager? manager)
    {
        using var extension = manager?.ExtendStart();
        try
        {
            // Under the lock, and before recovery writes anything.
            var disk = Slowed(new FileDisk(JournalPath(options)), options);
            disk = manager?.Observe(disk) ?? disk;
            return SqliteDatabase.VersionFault(DatabasePath(options)) is { } fault
                ? throw new StartFault(ExitCode.DataTooNew, fault)
                : FlashJournal.Open(disk, options.Journal);
        }
        catch (DataDirectoryInUseException)
        {
            throw new StartFault(ExitCode.DataInUse, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which another process uses.");
        }
        catch (JournalFormatException e)
        {
            throw new StartFault(ExitCode.DataTooNew, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFault(ExitCode.DataUnusable, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which cannot be used: {e.Message}");
        }
    }

    /// <summary>Adds the grains over the journal and the SQLite file as their primary target.</summary>
    public static void AddData(this ISiloBuilder silo, ServiceOptions options, FlashJournal journal)
    {
        silo.Services.AddSingleton(services => new SqliteDatabase(
            DatabasePath(options), BusyTimeoutSeconds, TimeProvider.System, services.GetRequiredService<ILogger<SqliteDatabase>>()));
        silo.AddEdgeOrleansGrains(new GrainsSetup
        {
            Journal = journal,
            Limits = options.Limits,
            Writes = options.Writes,
            Memory = options.Memory,
            SlowFlush = options.SlowFlush,
            Targets = services => [Sqlite(services.GetRequiredService<SqliteDatabase>(), journal.Writes, options)],
        });
        silo.AddEdgeOrleansSaves();
    }

    private static WriteBehindTarget Sqlite(SqliteDatabase database, FlashWrites writes, ServiceOptions options)
    {
        const string name = "sqlite";
        var rows = new SqliteRows(database, SiloSetup.ClusterName, TimeProvider.System, writes);
        return new WriteBehindTarget(name, new MeasuredRows(name, rows), isPrimary: true, options.SaveAfter);
    }

    private static string DatabasePath(ServiceOptions options) => Path.Combine(options.DataPath, DatabaseFile);
}
