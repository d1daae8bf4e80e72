using EdgeOrleans.Silo.Database;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>A real database in a directory of its own, through the real provider.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly bool _ownsDirectory;

    public SqliteFile(string? directory = null, int busyTimeoutSeconds = 5)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("edgeorleans-test-").FullName;
        Database = new SqliteDatabase(Path.Combine(Directory, "edgeorleans.db"), busyTimeoutSeconds, TimeProvider.System, NullLogger.Instance);
        Rows = new SqliteRows(Database, "test", TimeProvider.System);
    }

    public string Directory { get; }

    public SqliteDatabase Database { get; }

    public SqliteRows Rows { get; }

    public T Query<T>(string sql) => (T)Query(sql, reader => reader.GetValue(0)).Single();

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> row)
    {
        using var connection = Database.Source.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public void Dispose()
    {
        Rows.Dispose();
        Database.Dispose();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
