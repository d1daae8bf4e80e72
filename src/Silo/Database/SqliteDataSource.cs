using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeOrleans.Silo.Database;

/// <summary>Opens connections to one SQLite file with the settings that belong to a connection and not to the file.</summary>
internal sealed class SqliteDataSource(string path, int busyTimeoutSeconds) : DbDataSource
{
    // NORMAL: a commit flushes nothing; what is saved becomes durable by a checkpoint, and until then the journal has it too.
    // The log is kept short after a burst, since the reserve of the card counts with one.
    private readonly string _settings =
        $"PRAGMA synchronous=NORMAL; PRAGMA busy_timeout={busyTimeoutSeconds * 1000}; PRAGMA journal_size_limit=4194304;";

    // A connection that was closed waits with its settings to be used again, so it is only a new one that has to be told.
    private readonly ConditionalWeakTable<sqlite3, object> _known = [];

    /// <inheritdoc/>
    public override string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        DefaultTimeout = busyTimeoutSeconds,
    }.ToString();

    /// <summary>Opens a connection with its type.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            if (!_known.TryGetValue(connection.Handle!, out _))
            {
                using var command = connection.CreateCommand();
                command.CommandText = _settings;
                command.ExecuteNonQuery();
                _known.Add(connection.Handle!, this);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the connections that wait to be used again, so that the file can be renamed or copied.</summary>
    public void CloseIdle()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection() => Open();

    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) => new(Open());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseIdle();
        }

        base.Dispose(disposing);
    }
}
