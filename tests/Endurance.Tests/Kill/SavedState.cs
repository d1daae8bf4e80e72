using System.Globalization;
using EdgeOrleans.ServiceHarness;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Endurance.Tests.Kill;

/// <summary>What a service that is not running has left in its data directory. Looks at a copy, so that nothing is recovered for it.</summary>
internal sealed record SavedState
{
    /// <summary>Saves of all collections so far: the numbers of their newest slots.</summary>
    public required long Saves { get; init; }

    /// <summary>Snapshots of all collections so far: the generations of their heads.</summary>
    public required long Snapshots { get; init; }

    /// <summary>Snapshots that were begun and are not current: a chunk is there, and the head does not name it yet.</summary>
    public required long UnfinishedSnapshots { get; init; }

    /// <summary>Chunks of the largest snapshot.</summary>
    public required long MostChunks { get; init; }

    /// <summary>Number of the oldest segment file.</summary>
    public required long FirstSegment { get; init; }

    /// <summary>Number of the newest segment file.</summary>
    public required long LastSegment { get; init; }

    /// <summary>Files in which damage was set aside.</summary>
    public required IReadOnlyList<string> Quarantines { get; init; }

    public static SavedState Read(string dataPath)
    {
        var journal = Directory.GetFiles(Path.Combine(dataPath, "journal")).Select(static path => Path.GetFileName(path)).ToArray();
        var segments = journal.Where(static name => name.EndsWith(".segment", StringComparison.Ordinal))
            .Select(static name => long.Parse(Path.GetFileNameWithoutExtension(name), CultureInfo.InvariantCulture))
            .ToArray();
        using var copy = new ServiceDirectory();
        foreach (var file in Directory.GetFiles(dataPath, "edgeorleans.db*").Where(static file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        }

        var rows = SqliteRows.Count(Path.Combine(copy.Path, "edgeorleans.db"));
        return rows with
        {
            FirstSegment = segments.Length == 0 ? 0 : segments.Min(),
            LastSegment = segments.Length == 0 ? 0 : segments.Max(),
            Quarantines = [.. journal.Where(static name => name.StartsWith("quarantine", StringComparison.Ordinal))],
        };
    }

    private static class SqliteRows
    {
        private const string Query =
            """
            WITH
                row AS (
                    SELECT GrainIdExtensionString AS collection, GrainTypeString AS name, CAST(PayloadBinary AS TEXT) AS payload
                    FROM OrleansStorage WHERE PayloadBinary IS NOT NULL),
                head AS (SELECT collection, payload ->> '$.generation' AS generation, payload ->> '$.chunks' AS chunks FROM row WHERE name = 'head'),
                slot AS (SELECT collection, max(payload ->> '$.save') AS save FROM row WHERE name GLOB 'd[0-9]*' GROUP BY collection),
                chunk AS (SELECT collection, max(payload ->> '$.generation') AS generation FROM row WHERE name GLOB 's[01]-*' GROUP BY collection)
            SELECT
                (SELECT coalesce(sum(save), 0) FROM slot),
                (SELECT coalesce(sum(generation), 0) FROM head),
                (SELECT count(*) FROM chunk LEFT JOIN head USING (collection) WHERE chunk.generation > coalesce(head.generation, 0)),
                (SELECT coalesce(max(chunks), 0) FROM head)
            """;

        public static SavedState Count(string path)
        {
            var state = new SavedState
            {
                Saves = 0,
                Snapshots = 0,
                UnfinishedSnapshots = 0,
                MostChunks = 0,
                FirstSegment = 0,
                LastSegment = 0,
                Quarantines = [],
            };
            if (!File.Exists(path))
            {
                return state;
            }

            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'OrleansStorage'";
            if ((long)command.ExecuteScalar()! == 0)
            {
                return state;
            }

            command.CommandText = Query;
            using var reader = command.ExecuteReader();
            reader.Read();
            return state with
            {
                Saves = reader.GetInt64(0),
                Snapshots = reader.GetInt64(1),
                UnfinishedSnapshots = reader.GetInt64(2),
                MostChunks = reader.GetInt64(3),
            };
        }
    }
}
