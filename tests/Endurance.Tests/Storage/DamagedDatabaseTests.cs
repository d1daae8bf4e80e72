using EdgeOrleans.Oracle;
using EdgeOrleans.ServiceHarness;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>A database file that is no database any more: it is set aside and named, and what the journal holds is served.</summary>
public sealed class DamagedDatabaseTests
{
    private const int PageBytes = 4096;

    /// <summary>How the file is damaged.</summary>
    public enum Damage
    {
        /// <summary>Its first bytes are those of something else.</summary>
        Header,

        /// <summary>The page that says where all rows are is noise.</summary>
        RootOfRows,

        /// <summary>The page that says what tables there are is noise beyond its header.</summary>
        Schema,

        /// <summary>It ends in the middle.</summary>
        Length,

        /// <summary>Every page but the first is noise.</summary>
        AllPages,
    }

    [Theory]
    [InlineData(Damage.Header)]
    [InlineData(Damage.RootOfRows)]
    [InlineData(Damage.Schema)]
    [InlineData(Damage.Length)]
    [InlineData(Damage.AllPages)]
    public async Task Damaged_database_is_set_aside_and_the_journal_is_served(Damage damage)
    {
        using var directory = new ServiceDirectory();
        var tail = await WriteSavedAndTail(directory);
        Do(damage, Path.Combine(directory.DataPath, "edgeorleans.db"));

        await using (var service = await Running.Start(directory))
        {
            foreach (var (place, value) in tail)
            {
                var reply = await Running.Until(() => service.Client.Get(place), static r => r.Status is 200 or 404, TimeSpan.FromSeconds(10));
                Assert.Equal($"200 {value}", $"{reply.Status} {(reply.Status == 200 ? reply.Raw("value") : reply.Body)}");
            }

            Assert.Equal(201, (await service.Client.Set(new Place("default", "after", "k"), "\"after\"")).Status);
            await service.Process.WaitForLine("set aside as", TimeSpan.FromSeconds(10));
            Assert.NotEmpty(Directory.GetFiles(directory.DataPath, "edgeorleans.db.damaged-*"));
            var health = await service.Client.Health();
            Assert.Equal(200, health.Status);
            Assert.Contains("damaged-", health.Raw("warnings") ?? "no warnings", StringComparison.Ordinal);
            Assert.Equal(0, (await service.Process.Stop()).Code);
        }

        await using var again = await Running.Start(directory);
        tail[new Place("default", "after", "k")] = "\"after\"";
        foreach (var (place, value) in tail)
        {
            Assert.Equal(value, (await again.Client.Get(place)).Raw("value"));
        }

        Assert.Contains("after", (await again.Client.Collections("default")).Strings("collections"));
        Assert.Contains("tail", (await again.Client.Collections("default")).Strings("collections"));
    }

    /// <summary>Saves some collections, and leaves in the journal alone a new collection and changes to a saved one.</summary>
    /// <returns>What is in the journal alone.</returns>
    private static async Task<Dictionary<Place, string>> WriteSavedAndTail(ServiceDirectory directory)
    {
        await using (var service = await Running.Start(directory))
        {
            var saved = Enumerable.Range(0, 200).Select(static i => (new Place("default", $"saved{i % 5}", $"k{i}"), $"\"{i}-{new string('s', 300)}\""));
            Assert.Equal(200, (await service.Client.SetBatch(saved)).Status);
            Assert.Equal(0, (await service.Process.Stop()).Code);
        }

        await using (var service = await Running.Start(directory))
        {
            var tail = Enumerable.Range(0, 20).Select(static i => (Place: new Place("default", i % 2 == 0 ? "tail" : "saved1", $"t{i}"), Json: $"{i}")).ToArray();
            Assert.Equal(200, (await service.Client.SetBatch(tail)).Status);
            await service.Process.Kill();
            return tail.ToDictionary(static t => t.Place, static t => t.Json);
        }
    }

    private static void Do(Damage damage, string path)
    {
        // The kill has left a log beside it, which would mend what is broken here.
        Query(path, "PRAGMA wal_checkpoint(TRUNCATE)");
        var root = damage == Damage.RootOfRows ? Query(path, "SELECT rootpage FROM sqlite_master WHERE name = 'OrleansStorage'") : 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var noise = new byte[PageBytes];
        new Random(1).NextBytes(noise);
        switch (damage)
        {
            case Damage.Header:
                file.Write(noise.AsSpan(0, 100));
                break;
            case Damage.RootOfRows:
                file.Position = (root - 1) * PageBytes;
                file.Write(noise);
                break;
            case Damage.Schema:
                file.Position = 100;
                file.Write(noise.AsSpan(100));
                break;
            case Damage.Length:
                file.SetLength(file.Length / 2);
                break;
            case Damage.AllPages:
                for (file.Position = PageBytes; file.Position < file.Length;)
                {
                    file.Write(noise);
                }

                break;
        }
    }

    private static long Query(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
