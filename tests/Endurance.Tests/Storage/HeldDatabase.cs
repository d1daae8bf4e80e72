using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>The service's database in the hands of another process: this one.</summary>
internal sealed class HeldDatabase : IDisposable
{
    private readonly SqliteConnection _connection;

    private HeldDatabase(string dataPath, string locking)
    {
        var path = Path.Combine(dataPath, "edgeorleans.db");
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 20 }.ToString());
        _connection.Open();
        using var command = _connection.CreateCommand();
        command.CommandText = $"PRAGMA busy_timeout=20000; {locking}; BEGIN EXCLUSIVE;";
        command.ExecuteNonQuery();
    }

    /// <summary>Nobody else can write; with a write-ahead log all can read.</summary>
    public static HeldDatabase AgainstWriters(string dataPath) => new(dataPath, "");

    /// <summary>Nobody else can read. Only possible while no other process has the file open.</summary>
    public static HeldDatabase AgainstAll(string dataPath) => new(dataPath, "PRAGMA locking_mode=EXCLUSIVE");

    public void Dispose() => _connection.Dispose();
}
