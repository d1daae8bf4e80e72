using System.Globalization;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Silo.Database;

/// <summary>The SQLite file: its schema, its checkpoints, and what happens when it is damaged.</summary>
/// <remarks>Synchronous, as SQLite is, and safe to use from several threads.</remarks>
internal sealed partial class SqliteDatabase(string path, int busyTimeoutSeconds, TimeProvider time, ILogger logger) : IDisposable
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private readonly Lock _opening = new();
    private volatile bool _isOpen;
    private long _epoch;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Connections to it.</summary>
    public SqliteDataSource Source { get; } = new(path, busyTimeoutSeconds);

    /// <summary>Counts how often a damaged file was set aside and a new one begun.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>The damaged files that were set aside, newest last.</summary>
    public IReadOnlyList<string> SetAsideFiles { get; private set; } = [];

    /// <summary>
    /// Why this version must not touch a file, as a sentence; <see langword="null"/> when it may, when there is none, or when it
    /// cannot be told now. Quick, and changes nothing.
    /// </summary>
    public static string? VersionFault(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 1, Pooling = false };
            using var connection = new SqliteConnection(settings.ToString());
            connection.Open();
            RequireKnownVersion(connection, path);
            return null;
        }
        catch (DatabaseVersionException e)
        {
            return e.Message;
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    /// <summary>Makes sure that the file is there and has the schema. A damaged one is set aside and a new one begun.</summary>
    /// <exception cref="DatabaseVersionException">A newer version of the service has written it.</exception>
    /// <exception cref="SqliteException">It cannot be opened now.</exception>
    public void Open()
    {
        if (_isOpen)
        {
            return;
        }

        lock (_opening)
        {
            if (_isOpen)
            {
                return;
            }

            try
            {
                Prepare();
            }
            catch (SqliteException e) when (IsDamage(e))
            {
                SetAside(e);
                Prepare();
            }

            _isOpen = true;
        }
    }

    /// <summary>What each collection is saved through; see <see cref="IStateRows.ListSaved"/>.</summary>
    public IReadOnlyDictionary<string, long> ListSaved(string serviceId)
    {
        using var connection = Source.Open();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteSchema.ListSaved;
        command.Parameters.AddWithValue("@ServiceId", serviceId);
        using var reader = command.ExecuteReader();
        var saved = new Dictionary<string, long>();
        while (reader.Read())
        {
            saved.Add(GrainStorageRows.CollectionOf(reader.GetString(0)), reader.GetInt64(1));
        }

        return saved;
    }

    /// <summary>Copies the whole log into the database and flushes it.</summary>
    /// <exception cref="InvalidOperationException">A reader kept it from being complete.</exception>
    public void Checkpoint()
    {
        using var connection = Source.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(FULL)";
        using var reader = command.ExecuteReader();
        reader.Read();
        var (isBusy, logFrames, copiedFrames) = (reader.GetInt32(0) != 0, reader.GetInt32(1), reader.GetInt32(2));
        if (isBusy || logFrames < 0 || logFrames != copiedFrames)
        {
            throw new InvalidOperationException(
                $"The checkpoint of '{Path}' is not complete ({copiedFrames} of {logFrames} pages): another program reads the database.");
        }
    }

    /// <summary>Sets the file aside when an error says that it is damaged.</summary>
    /// <param name="error">What a call on the file failed with.</param>
    /// <param name="epoch">The epoch that the call was made in; a file begun since is left alone.</param>
    public void Examine(Exception error, long epoch)
    {
        if (error is not SqliteException sqlite || !IsDamage(sqlite))
        {
            return;
        }

        lock (_opening)
        {
            if (epoch == Epoch)
            {
                SetAside(sqlite);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    private static bool IsDamage(SqliteException error) => error.SqliteErrorCode is Corrupt or NotADatabase;

    private void Prepare()
    {
        using var connection = Source.Open();

        // A property of the file, except that a copy made by VACUUM INTO does not have it.
        var mode = (string)Scalar(connection, "PRAGMA journal_mode=WAL")!;
        if (mode != "wal")
        {
            throw new InvalidOperationException($"Database '{Path}' cannot be used with a write-ahead log ({mode}).");
        }

        if ((long)Scalar(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'")! == 0)
        {
            using var transaction = connection.BeginTransaction();
            Scalar(connection, SqliteSchema.Create);
            transaction.Commit();
        }

        RequireKnownVersion(connection, Path);
    }

    private static void RequireKnownVersion(SqliteConnection connection, string path)
    {
        var version = (long)Scalar(connection, "SELECT max(version) FROM schema_version")!;
        if (version > SqliteSchema.Version)
        {
            throw new DatabaseVersionException(
                $"Database '{path}' has schema version {version}, written by a newer version of EdgeOrleans; this one knows versions up to {SqliteSchema.Version}.");
        }
    }

    private void SetAside(SqliteException error)
    {
        Source.CloseIdle();
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var target = $"{Path}.damaged-{stamp}";
        for (var i = 2; File.Exists(target); i++)
        {
            target = $"{Path}.damaged-{stamp}-{i}";
        }

        // The log first: without it the database is an older state of itself, and with a log of another it would be garbage.
        foreach (var suffix in new[] { "-wal", "-shm", "" })
        {
            if (File.Exists(Path + suffix))
            {
                File.Move(Path + suffix, target + suffix);
            }
        }

        SetAsideFiles = [.. SetAsideFiles, target];
        _isOpen = false;
        Interlocked.Increment(ref _epoch);
        LogSetAside(logger, Path, error.Message, target);
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    [LoggerMessage(1, LogLevel.Error,
        "Database '{Path}' is damaged ({Fault}). It is set aside as '{Target}' and a new one is begun. "
        + "What was saved there and is in no loaded collection is not served until it is restored.")]
    private static partial void LogSetAside(ILogger logger, string path, string fault, string target);
}

/// <summary>A newer version of the service has written the database.</summary>
internal sealed class DatabaseVersionException(string message) : Exception(message);
