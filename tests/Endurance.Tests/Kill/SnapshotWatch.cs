using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Endurance.Tests.Kill;

/// <summary>Sees from outside that a running service has written a chunk of a snapshot.</summary>
internal sealed class SnapshotWatch : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _command;
    private readonly long _before;

    public SnapshotWatch(string databasePath)
    {
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = databasePath, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        _connection.Open();
        _command = _connection.CreateCommand();

        // The versions alone: a payload is read only when somebody asks for it.
        _command.CommandText = "SELECT coalesce(sum(Version), 0) FROM OrleansStorage WHERE GrainTypeString GLOB 's[01]-*'";
        _before = ChunkWrites();
    }

    /// <summary>Whether a chunk was written since the watch began.</summary>
    public bool HasSeenChunk => ChunkWrites() != _before;

    public void Dispose()
    {
        _command.Dispose();
        _connection.Dispose();
    }

    private long ChunkWrites() => (long)_command.ExecuteScalar()!;
}
