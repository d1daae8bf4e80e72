using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Load.Flash;

/// <summary>SQLite alone, as durable: write-ahead log, a flush for each transaction, a transaction for each set.</summary>
internal sealed class SqliteStore : IStore
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _set;

    public SqliteStore(string directory)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(directory, "kv.db")};Pooling=False");
        _connection.Open();
        using (var setup = _connection.CreateCommand())
        {
            setup.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE kv (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";
            setup.ExecuteNonQuery();
        }

        _set = _connection.CreateCommand();
        _set.CommandText = "INSERT INTO kv VALUES ($key, $value) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        _set.Parameters.Add("$key", SqliteType.Text);
        _set.Parameters.Add("$value", SqliteType.Text);
    }

    public ValueTask Set(int worker, string key, string json)
    {
        lock (_gate)
        {
            _set.Parameters[0].Value = key;
            _set.Parameters[1].Value = json;
            _set.ExecuteNonQuery();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _set.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
