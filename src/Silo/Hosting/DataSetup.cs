using EdgeOrleans.Grains;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Silo.Systemd;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>The data directory: the journal in a folder of its own, beside it the SQLite file that collections are saved to.</summary>
internal static class DataSetup
{
    private const string JournalFolder = "journal";
    private const string DatabaseFile = "edgeorleans.db";

    // How long SQLite waits for a lock that another program holds, such as a copy being made.
    private const int BusyTimeoutSeconds = 5;

    /// <summary>The SQLite file.</summary>
    public static string DatabasePath(ServiceOptions options) => Path.Combine(options.DataPath, DatabaseFile);

    /// <summary>A SQLite file as the service opens it.</summary>
    public static SqliteDatabase Database(string path, ILogger logger) => new(path, BusyTimeoutSeconds, TimeProvider.System, logger);

    /// <summary>Locks the directory for a verb that works on the data while no service does.</summary>
    /// <exception cref="StartFault">The directory is in use, or cannot be used.</exception>
    public static FileDisk Lock(ServiceOptions options)
    {
        try
        {
            return new FileDisk(JournalPath(options));
        }
        catch (DataDirectoryInUseException)
        {
            throw InUse(options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(options, e);
        }
    }

    /// <summary>Where the journal is.</summary>
    public static string JournalPath(ServiceOptions options) => Path.Combine(options.DataPath, JournalFolder);

    /// <summary>The disk as tests want it.</summary>
    public static IDisk Slowed(IDisk disk, ServiceOptions options) =>
        options.FlushDelay > TimeSpan.Zero ? new SlowDisk(disk, options.FlushDelay) : disk;

    /// <summary>Opens the data of a device.</summary>
    /// <returns>What makes a silo, alone in its process, serve it.</returns>
    /// <exception cref="StartFault">The directory is in use, written by a newer version, or cannot be used.</exception>
    public static Action<ISiloBuilder> Open(ServiceOptions options, ServiceManager? manager)
    {
        var journal = OpenJournal(options, manager);
        return silo =>
        {
            silo.UseSilo(options);
            silo.UseOneSilo(options);
            silo.AddData(options, journal);
        };
    }

    /// <summary>Locks the directory and recovers the journal.</summary>
    private static FlashJournal OpenJournal(ServiceOptions options, ServiceManager? manager)
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
            throw InUse(options);
        }
        catch (JournalFormatException e)
        {
            throw new StartFault(ExitCode.DataTooNew, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(options, e);
        }
    }

    /// <summary>Adds the grains over the journal and the SQLite file as their primary target.</summary>
    private static void AddData(this ISiloBuilder silo, ServiceOptions options, FlashJournal journal)
    {
        silo.Services.AddSingleton(services => Database(DatabasePath(options), services.GetRequiredService<ILogger<SqliteDatabase>>()));
        silo.Services.AddSingleton(services => new SqliteRows(services.GetRequiredService<SqliteDatabase>(), OneSilo.ClusterName, TimeProvider.System, journal.Writes));
        if (options.Site is { ServesDevices: false } site)
        {
            silo.AddMirror(site);
        }
        else if (options.Site is { } served)
        {
            silo.AddDeviceReader(served);
        }

        silo.AddEdgeOrleansGrains(new GrainsSetup
        {
            Journal = journal,
            Limits = options.Limits,
            Writes = options.Writes,
            Memory = options.Memory,
            SlowFlush = options.SlowFlush,
            Targets = services =>
            [
                Sqlite(services.GetRequiredService<SqliteRows>(), options),
                .. services.GetServices<MirrorTarget>().Select(static mirror => mirror.Target),
            ],
        });
        silo.AddEdgeOrleansSaves();
    }

    private static WriteBehindTarget Sqlite(SqliteRows rows, ServiceOptions options)
    {
        const string name = "sqlite";
        return new WriteBehindTarget(name, new MeasuredRows(name, rows), isPrimary: true, options.SaveAfter);
    }

    private static StartFault InUse(ServiceOptions options) =>
        new(ExitCode.DataInUse, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which another process uses.");

    private static StartFault Unusable(ServiceOptions options, Exception fault) =>
        new(ExitCode.DataUnusable, $"{OptionTable.DataPath.Name} is '{options.DataPath}', which cannot be used: {fault.Message}");
}
