using System.Globalization;
using System.Text;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>The rows of the SQLite database, through Orleans' own provider.</summary>
public sealed class SqliteRowsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Row_is_written_under_the_etag_it_is_known_by_and_no_other()
    {
        var rows = _file.Rows;
        Assert.True((await rows.Read("ns/c", "d1", None)).IsNone);
        await Assert.ThrowsAsync<RowConflictException>(() => rows.Write("ns/c", "d1", Bytes("x"), "5", None));
        Assert.True((await rows.Read("ns/c", "d1", None)).IsNone);

        var first = await rows.Write("ns/c", "d1", Bytes("one"), null, None);
        await Assert.ThrowsAsync<RowConflictException>(() => rows.Write("ns/c", "d1", Bytes("x"), null, None));
        var second = await rows.Write("ns/c", "d1", Bytes("two"), first, None);
        await Assert.ThrowsAsync<RowConflictException>(() => rows.Write("ns/c", "d1", Bytes("x"), first, None));
        var row = await rows.Read("ns/c", "d1", None);
        Assert.Equal(("two", second), (Encoding.UTF8.GetString(row.Payload.Span), row.ETag));
    }

    [Fact]
    public async Task Etag_wraps_at_the_largest_int32()
    {
        var rows = _file.Rows;
        await rows.Write("ns/c", "head", Bytes("1"), null, None);
        _file.Query("UPDATE OrleansStorage SET Version = 2147483646", _ => 0);
        var etag = "2147483646";
        foreach (var expected in new[] { "2147483647", "1", "2" })
        {
            etag = await rows.Write("ns/c", "head", Bytes(expected), etag, None);
            Assert.Equal(expected, etag);
            Assert.Equal(expected, Encoding.UTF8.GetString((await rows.Read("ns/c", "head", None)).Payload.Span));
        }
    }

    [Fact]
    public async Task First_etags_differ_so_that_a_row_of_a_replaced_database_matches_none_of_the_new()
    {
        var etags = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var etag = await _file.Rows.Write("ns/c", $"d{i}", Bytes("x"), null, None);
            Assert.InRange(long.Parse(etag, CultureInfo.InvariantCulture), 1, int.MaxValue);
            etags.Add(etag);
        }

        Assert.Equal(20, etags.Count);
    }

    /// <summary>What the provider makes of grain keys with a + or that look like numbers and GUIDs.</summary>
    [Fact]
    public async Task Collections_with_confusable_names_have_rows_of_their_own()
    {
        string[] keys =
        [
            "0a+q/c", "A+q/c", "a+q/c", "0a%2Bq/c", "0a%2bq/c", "0a%252Bq/c", "0a q/c", "a/b+c", "a/b%2Bc", "a/b c", "1+/c", "01+/c", "%/c", "%25/c", "\u00e4/c", "a\u0308/c",
            "€/😀", "%E2%82%AC/😀", "00000000000000000000000000000001+x/c", "1+x/c", "00000001/c", "1/c", "NS/c", "ns/c", "/", "a/", "'/\"", "s/head", "\\/c",
        ];
        foreach (var key in keys)
        {
            await _file.Rows.Write(key, "head", Bytes(key), null, None);
        }

        foreach (var key in keys)
        {
            Assert.Equal(key, Encoding.UTF8.GetString((await _file.Rows.Read(key, "head", None)).Payload.Span));
        }
    }

    [Fact]
    public async Task Payload_of_any_size_and_content_comes_back()
    {
        foreach (var size in new[] { 0, 1, 255, 4096, 300_000, 5_000_000 })
        {
            var payload = new byte[size];
            new Random(size).NextBytes(payload);
            var etag = await _file.Rows.Write("ns/c", $"size {size}", payload, null, None);
            var row = await _file.Rows.Read("ns/c", $"size {size}", None);
            Assert.Equal(etag, row.ETag);
            Assert.True(row.Payload.Span.SequenceEqual(payload));
        }
    }

    [Fact]
    public async Task Make_durable_copies_all_of_the_log_into_the_database()
    {
        await _file.Rows.Write("ns/c", "head", Bytes("saved"), null, None);
        await _file.Rows.MakeDurable(None);
        var copy = Path.Combine(_file.Directory, "copy");
        Directory.CreateDirectory(copy);
        File.Copy(_file.Database.Path, Path.Combine(copy, "edgeorleans.db"));
        using var other = new SqliteFile(copy);
        Assert.Equal("saved", Encoding.UTF8.GetString((await other.Rows.Read("ns/c", "head", None)).Payload.Span));
    }

    [Fact]
    public async Task Make_durable_says_so_when_a_reader_keeps_it_from_being_complete()
    {
        using var file = new SqliteFile(_file.Directory, busyTimeoutSeconds: 1);
        var etag = await file.Rows.Write("ns/c", "head", Bytes("old"), null, None);
        using (var reader = file.Database.Source.Open())
        {
            using var transaction = reader.BeginTransaction(deferred: true);
            using var command = reader.CreateCommand();
            command.CommandText = "SELECT count(*) FROM OrleansStorage";
            command.ExecuteScalar();
            await file.Rows.Write("ns/c", "head", Bytes("new"), etag, None);
            await Assert.ThrowsAsync<InvalidOperationException>(() => file.Rows.MakeDurable(None));
        }

        await file.Rows.MakeDurable(None);
    }

    [Fact]
    public async Task Commits_flush_nothing_and_the_log_is_a_property_of_the_file()
    {
        await _file.Rows.Write("ns/c", "head", Bytes("x"), null, None);
        Assert.Equal("wal", _file.Query<string>("PRAGMA journal_mode"));
        Assert.Equal(1L, _file.Query<long>("PRAGMA synchronous"));
    }

    [Fact]
    public void Settings_of_a_connection_are_those_of_the_service_when_it_is_new_and_when_it_is_used_again()
    {
        // A new one, the same again, and one after all were closed.
        Assert.Equal((1L, 5000L, 4194304L), Settings());
        Assert.Equal((1L, 5000L, 4194304L), Settings());
        _file.Database.Source.CloseIdle();
        Assert.Equal((1L, 5000L, 4194304L), Settings());

        (long Synchronous, long BusyTimeout, long SizeLimit) Settings() =>
            (_file.Query<long>("PRAGMA synchronous"), _file.Query<long>("PRAGMA busy_timeout"), _file.Query<long>("PRAGMA journal_size_limit"));
    }

    [Fact]
    public async Task Start_on_a_database_of_the_same_version_writes_nothing()
    {
        await _file.Rows.Write("ns/c", "head", Bytes("x"), null, None);
        _file.Database.Dispose();
        var before = await File.ReadAllBytesAsync(_file.Database.Path);
        using (var again = new SqliteFile(_file.Directory))
        {
            await again.Rows.Read("ns/c", "head", None);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_file.Database.Path));
    }

    [Fact]
    public async Task Database_of_a_newer_version_is_refused_with_a_clear_line_and_left_alone()
    {
        await _file.Rows.Write("ns/c", "head", Bytes("x"), null, None);
        Assert.Null(SqliteDatabase.VersionFault(_file.Database.Path));
        _file.Query("UPDATE schema_version SET version = 2", _ => 0);
        using var again = new SqliteFile(_file.Directory);
        var refused = await Assert.ThrowsAsync<DatabaseVersionException>(() => again.Rows.Read("ns/c", "head", None));
        Assert.Equal(
            $"Database '{_file.Database.Path}' has schema version 2, written by a newer version of EdgeOrleans; this one knows versions up to 1.", refused.Message);
        Assert.Equal(refused.Message, SqliteDatabase.VersionFault(_file.Database.Path));
        Assert.Equal(0, again.Database.Epoch);
    }

    [Fact]
    public void Version_of_a_missing_or_damaged_file_is_no_fault()
    {
        Assert.Null(SqliteDatabase.VersionFault(_file.Database.Path));
        File.WriteAllText(_file.Database.Path, "not a database, but long enough to be looked at as one");
        Assert.Null(SqliteDatabase.VersionFault(_file.Database.Path));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("cut in the middle")]
    [InlineData("first page zeroed")]
    public async Task Damaged_database_is_set_aside_and_a_new_one_begun(string damage)
    {
        for (var i = 0; i < 50; i++)
        {
            await _file.Rows.Write("ns/c", $"d{i}", Bytes(new string('x', 5000)), null, None);
        }

        await _file.Rows.MakeDurable(None);
        _file.Database.Dispose();
        var content = await File.ReadAllBytesAsync(_file.Database.Path);
        switch (damage)
        {
            case "garbage":
                new Random(1).NextBytes(content);
                break;
            case "cut in the middle":
                content = content[..6000];
                break;
            default:
                content.AsSpan(0, 4096).Clear();
                break;
        }

        await File.WriteAllBytesAsync(_file.Database.Path, content);
        using var again = new SqliteFile(_file.Directory);
        await WaitUntilWorks(async () => await again.Rows.Write("ns/c", "d1", Bytes("new"), (await again.Rows.Read("ns/c", "d1", None)).ETag, None));
        Assert.Equal(1, again.Database.Epoch);
        var aside = Assert.Single(again.Database.SetAsideFiles);
        Assert.StartsWith(_file.Database.Path + ".damaged-", aside, StringComparison.Ordinal);
        Assert.Contains(aside, Assert.Single(again.Rows.Warnings), StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(aside));
        Assert.Equal("new", Encoding.UTF8.GetString((await again.Rows.Read("ns/c", "d1", None)).Payload.Span));
    }

    [Fact]
    public async Task Database_damaged_while_it_is_used_is_set_aside_and_loaded_collections_are_saved_whole_again()
    {
        var model = new ModelCollection();
        model.Set("first", "1");
        var target = new WriteBehindTarget("sqlite", _file.Rows, isPrimary: true, TimeSpan.Zero);
        var saver = new CollectionSaver("ns/c", "w", target, null, long.MaxValue);
        Assert.Equal(SaveOutcome.Saved, (await saver.Save(model.Snapshot(), None)).Outcome);
        await _file.Rows.MakeDurable(None);
        _file.Database.Source.CloseIdle();
        var content = await File.ReadAllBytesAsync(_file.Database.Path);
        content.AsSpan(4096).Fill(0xff);
        await File.WriteAllBytesAsync(_file.Database.Path, content);

        // Unchanged since, and yet not up to date any more.
        SaveResult result;
        var tries = 0;
        do
        {
            Assert.True(++tries < 10);
            model.Set("later", "2");
            result = await saver.Save(model.Snapshot(), None);
        }
        while (result.Outcome == SaveOutcome.Failed);

        Assert.Equal(SaveOutcome.Saved, result.Outcome);
        Assert.Equal(1, _file.Database.Epoch);
        ModelCollection.AssertEqual(model.Snapshot(), await new CollectionLoader(target).Load("ns/c", None));
    }

    [Fact]
    public async Task Locked_database_fails_calls_until_it_is_free()
    {
        await _file.Rows.Write("ns/c", "head", Bytes("x"), null, None);
        _file.Database.Dispose();
        using var again = new SqliteFile(_file.Directory, busyTimeoutSeconds: 1);
        using (var other = new SqliteConnection($"Data Source={_file.Database.Path};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE OrleansStorage SET Version = Version";
            command.ExecuteNonQuery();
            await Assert.ThrowsAsync<SqliteException>(() => again.Rows.Read("ns/c", "head", None));

            // Those that come right after get the same answer without waiting for the lock again.
            await Assert.ThrowsAsync<IOException>(() => again.Rows.Read("ns/c", "head", None));
        }

        await WaitUntilWorks(async () => Assert.Equal("x", Encoding.UTF8.GetString((await again.Rows.Read("ns/c", "head", None)).Payload.Span)));
        Assert.Equal(0, again.Database.Epoch);
    }

    private static async Task WaitUntilWorks(Func<Task> work)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception e) when (i < 30 && e is SqliteException or IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
