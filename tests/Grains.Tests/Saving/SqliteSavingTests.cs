using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Database;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Saving;

/// <summary>The whole way down: grains, a journal of a few small segments, the write-behind, and a real SQLite file beside a second target.</summary>
public sealed class SqliteSavingTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgeorleans-sqlite-").FullName;
    private readonly TestDevice _device = new()
    {
        SavesByItself = true,
        Limits = new LimitsOptions { ValueBytes = 16 * 1024 },
        Journal = new JournalOptions
        {
            SegmentBytes = 256 * 1024,
            MaxBytes = 8 * 256 * 1024,
            MaxRecordBytes = 80 * 1024,
            MaxPendingBytes = 256 * 1024,
            ReserveBytes = 0,
        },
    };

    private readonly SqliteDatabase _database;
    private readonly SqliteRows _rows;
    private TestSilo _silo = null!;

    public SqliteSavingTests()
    {
        _database = new SqliteDatabase(Path.Combine(_folder, "edgeorleans.db"), 5, TimeProvider.System, NullLogger.Instance);
        _rows = new SqliteRows(_database, "test", TimeProvider.System);
        _device.Targets = () =>
        [
            new WriteBehindTarget("sqlite", _rows, isPrimary: true, TimeSpan.FromMilliseconds(100)),
            new WriteBehindTarget("site", _device.Rows, isPrimary: false, TimeSpan.FromMilliseconds(100)),
        ];
    }

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
        _rows.Dispose();
        _database.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Many_times_the_journal_passes_through_it_and_all_of_it_is_there_after_a_kill()
    {
        var expected = new Dictionary<string, string>[4];
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Write(w, round)));
            await _silo.Kill();
            _silo = await TestSilo.Start(_device);
            for (var w = 0; w < 4; w++)
            {
                var collection = _silo.Collection($"app/c{w}");
                Assert.Equal(expected[w].Keys.Order(StringComparer.Ordinal), (await collection.List(new ListQuery { Limit = 10_000 })).Keys);
                foreach (var (key, value) in expected[w])
                {
                    Assert.Equal(value, await collection.Read(key));
                }
            }
        }

        Assert.Equal(["c0", "c1", "c2", "c3"], await _silo.Catalog.ListCollections("app"));

        async Task Write(int writer, int round)
        {
            var collection = _silo.Collection($"app/c{writer}");
            expected[writer] ??= [];
            for (var i = 0; i < 150; i++)
            {
                var (key, value) = ($"k{i * 7 % 60}", $"\"{round}-{i}-{new string('v', 5_000)}\"");
                while ((await collection.Do(i % 5 == 4 ? Delete(key) : Set(key, value))).Refusal is { } refusal)
                {
                    Assert.Equal(RefusalCode.BacklogFull, refusal.Code);
                    await Task.Delay(20);
                }

                if (i % 5 == 4)
                {
                    expected[writer].Remove(key);
                }
                else
                {
                    expected[writer][key] = value;
                }
            }
        }
    }

    [Fact]
    public async Task Secondary_that_was_away_catches_up_and_a_delete_reaches_both()
    {
        _device.Rows.IsAway = true;
        await _silo.Collection("app/users").Do(false, Enumerable.Range(0, 50).Select(i => Set($"k{i}", "1")).ToArray());
        await _silo.Collection("app/other").Put("k", "1");
        await WaitUntilTrimmed("app/users");
        Assert.Null(await _silo.Catalog.DeleteCollection("app", "users"));
        await _silo.Collection("app/users").Put("after", "1");
        await WaitUntilTrimmed("app/users");
        _device.Rows.IsAway = false;

        foreach (var rows in new IStateRows[] { _rows, _device.Rows })
        {
            await WaitUntil(async () => (await Keys(rows, "app/users")).SequenceEqual(["after"]));
            await WaitUntil(async () => (await Keys(rows, "app/other")).SequenceEqual(["k"]));
        }

        static async Task<IEnumerable<string>> Keys(IStateRows rows, string key)
        {
            var target = new WriteBehindTarget("look", rows, isPrimary: true, TimeSpan.Zero);
            var loaded = await new CollectionLoader(target).Load(key, CancellationToken.None);
            return loaded.Entries.Select(e => System.Text.Encoding.UTF8.GetString(e.Key));
        }
    }

    [Fact]
    public async Task Storage_hung_until_the_journal_is_full_lets_reads_and_deletes_on_and_writes_on_when_it_answers()
    {
        var gate = new TaskCompletionSource();
        var primary = new TestRows();
        await _silo.DisposeAsync();
        _device.Targets = () => [new WriteBehindTarget("memory", primary, isPrimary: true, TimeSpan.FromMilliseconds(50))];
        _silo = await TestSilo.Start(_device);
        var users = _silo.Collection("app/users");
        await users.Put("first", "1");
        primary.Gate = gate.Task;
        Refusal? refusal = null;
        for (var i = 0; refusal is null && i < 1_000; i++)
        {
            refusal = (await users.Do(Set($"k{i % 50}", $"\"{new string('v', 10_000)}\""))).Refusal;
        }

        Assert.Equal(RefusalCode.BacklogFull, refusal?.Code);
        Assert.NotNull(_silo.Services.Status().WriteFault);
        Assert.Equal("1", await users.Read("first"));
        var delete = await users.Do(Delete("k0"));
        Assert.Null(delete.Refusal);

        gate.SetResult();
        await WaitUntil(async () => (await users.Do(Set("again", "1"))).Refusal is null);
        await WaitUntilTrimmed("app/users");
        Assert.Null(_silo.Services.Status().WriteFault);
        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        Assert.Equal("1", await _silo.Collection("app/users").Read("again"));
        Assert.Null(await _silo.Collection("app/users").Read("k0"));
    }

    private static Task WaitUntil(Func<Task<bool>> isSo) => Eventually.Holds(isSo, seconds: 20);

    private Task WaitUntilTrimmed(string key) => WaitUntil(() => Task.FromResult(!_silo.Journal.OwnerOf(key).HasTail));
}
