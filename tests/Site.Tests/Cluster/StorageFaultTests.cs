using System.Diagnostics;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Site.Tests.Servers;
using Npgsql;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>
/// What a failure of a real PostgreSQL is to a member: of one row, or of all it stores. Whichever it is, the write is tried again under the
/// same ETag, so each test ends with that.
/// </summary>
[Collection(SiteCollection.Name)]
public sealed class StorageFaultTests(SiteServer server)
{
    [Theory]
    [InlineData("22003")]
    [InlineData("23514")]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("54000")]
    [InlineData("58030")]
    [InlineData("XX001")]
    public Task Error_of_a_row_is_that_rows_alone(string state) => Fail<RowRefusedException>(state);

    [Theory]
    [InlineData("08006")]
    [InlineData("25006")]
    [InlineData("42501")]
    [InlineData("53100")]
    [InlineData("53200")]
    [InlineData("53300")]
    [InlineData("55P03")]
    [InlineData("57014")]
    [InlineData("57P01")]
    [InlineData("57P03")]
    public Task Error_of_the_server_is_that_of_all_rows(string state) => Fail<IOException>(state);

    [Fact]
    public async Task Server_that_may_only_be_read_is_read_and_proves_nothing()
    {
        var site = await SiteDatabase.Create(server);
        using var before = await StorageRows.Open(site);
        var etag = await before.Write("d0");
        await before.ProveWritable();

        await site.Query($"ALTER DATABASE {site.Name} SET default_transaction_read_only = on");
        using (var during = await StorageRows.Open(site, "Application Name=during"))
        {
            Assert.Contains("read-only transaction", (await Assert.ThrowsAsync<IOException>(() => during.Write("d0", etag: etag))).Message, StringComparison.Ordinal);
            Assert.Contains("read-only transaction", (await Assert.ThrowsAsync<IOException>(during.ProveWritable)).Message, StringComparison.Ordinal);
            Assert.Equal(etag, (await during.Read("d0")).ETag);
        }

        await before.ProveWritable();
        await before.Write("d0", etag: etag);
    }

    [Fact]
    public async Task Proof_of_writing_writes_and_changes_nothing()
    {
        var site = await SiteDatabase.Create(server);
        using var rows = await StorageRows.Open(site);
        await site.Query("INSERT INTO cluster_members VALUES ('cluster', 'c', 's', true, now(), '2026-01-01Z')");
        const string look = "SELECT xmin || ' ' || clock || ' ' || is_here || ' ' || silo FROM cluster_members";
        var before = (await site.Query(look)).Single()!.Split(' ', 2);
        await rows.ProveWritable();
        var after = (await site.Query(look)).Single()!.Split(' ', 2);
        Assert.NotEqual(before[0], after[0]);
        Assert.Equal(before[1], after[1]);
    }

    [Fact]
    public async Task Full_disk_is_a_fault_of_all_rows_and_over_when_there_is_room()
    {
        Assert.SkipUnless(server.IsOwn, "The server is somebody else's.");
        using var disk = SmallDisk.Mount(40);
        await server.Query("postgres", $"CREATE TABLESPACE small LOCATION '{disk.Path}'");
        var site = new SiteDatabase(server, await server.CreateDatabase("TABLESPACE small"));
        try
        {
            using var rows = await StorageRows.Open(site, "Pooling=false");
            await site.Query("CREATE TABLE filler AS SELECT 1 AS i");
            var full = await Assert.ThrowsAsync<PostgresException>(() => site.Query("INSERT INTO filler SELECT generate_series(1, 10000000)"));
            Assert.Equal("53100", full.SqlState);
            Assert.Contains("53100", (await Assert.ThrowsAsync<IOException>(() => rows.Write("d0", 1_000_000))).Message, StringComparison.Ordinal);

            await site.Query("DROP TABLE filler");
            Assert.False(await rows.Has("d0"));
            await rows.Write("d0", 1_000_000);
        }
        finally
        {
            await server.Query("postgres", $"DROP DATABASE {site.Name} WITH (FORCE)");
            await server.Query("postgres", "DROP TABLESPACE small");
        }
    }

    [Fact]
    public async Task Server_without_a_connection_to_give_is_a_fault_of_all_rows()
    {
        var site = await SiteDatabase.Create(server);
        using var all = await StorageRows.Open(site);
        await all.Write("d0");
        var role = $"few_{site.Name}";
        await site.Query($"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}");
        using var few = await StorageRows.Open(site, $"Username={role}");
        await using (var taken = new NpgsqlConnection($"{server.ConnectionString(site.Name)};Username={role};Pooling=false"))
        {
            await taken.OpenAsync(TestContext.Current.CancellationToken);
            Assert.Contains("53300", (await Assert.ThrowsAsync<IOException>(() => few.Write("d1"))).Message, StringComparison.Ordinal);
        }

        // The server lets go of a connection a moment after its client has.
        await Until(async () => await site.Query($"SELECT 1 FROM pg_stat_activity WHERE usename = '{role}'") is []);
        await few.Write("d1");
    }

    [Theory]
    [InlineData("lock_timeout", "55P03")]
    [InlineData("statement_timeout", "57014")]
    public async Task Time_limit_of_the_server_is_a_fault_of_all_rows_and_the_write_was_not_made(string setting, string state)
    {
        using var rows = await StorageRows.Open(await SiteDatabase.Create(server), $"Options=-c {setting}=300");
        await rows.Write("d0");
        await using (await rows.Lock())
        {
            Assert.Contains(state, (await Assert.ThrowsAsync<IOException>(() => rows.Write("d1"))).Message, StringComparison.Ordinal);
        }

        Assert.False(await rows.Has("d1"));
        await rows.Write("d1");
    }

    [Fact]
    public async Task Time_limit_of_the_member_ends_the_write_at_the_server_too()
    {
        using var rows = await StorageRows.Open(await SiteDatabase.Create(server), "Command Timeout=1");
        await rows.Write("d0");
        await using (await rows.Lock())
        {
            await Assert.ThrowsAsync<IOException>(() => rows.Write("d1"));
        }

        await Until(async () => await rows.Site.Query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()") is []);
        Assert.False(await rows.Has("d1"));
        await rows.Write("d1");
    }

    [Fact]
    public async Task Connection_that_the_administrator_ends_is_a_fault_of_all_rows_and_the_write_was_not_made()
    {
        using var rows = await StorageRows.Open(await SiteDatabase.Create(server));
        await rows.Write("d0");
        await using (await rows.Lock())
        {
            var writing = rows.Write("d1");
            await Until(async () => (await rows.Site.Query(
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).Count == 1);
            Assert.Contains("57P01", (await Assert.ThrowsAsync<IOException>(() => writing)).Message, StringComparison.Ordinal);
        }

        Assert.False(await rows.Has("d1"));
        await rows.Write("d1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_that_breaks_leaves_open_whether_the_write_was_made_and_the_same_write_again_tells(bool isMade)
    {
        await using var link = new Link(server.EndPoint);
        using var rows = await StorageRows.Open(await SiteDatabase.Create(server), link: link);
        await rows.Write("d0");
        if (isMade)
        {
            link.CutAtAnswer();
        }
        else
        {
            link.CutAfter(0);
        }

        await Assert.ThrowsAsync<IOException>(() => rows.Write("d1"));
        await Until(async () => await rows.Has("d1") == isMade);
        link.Heal();
        if (isMade)
        {
            await Assert.ThrowsAsync<RowConflictException>(() => rows.Write("d1"));
        }
        else
        {
            await rows.Write("d1");
        }
    }

    /// <summary>PostgreSQL says so of one row; what is told of it does not carry the driver's exception, which other silos cannot read.</summary>
    private async Task Fail<T>(string state)
        where T : Exception
    {
        var site = await SiteDatabase.Create(server);
        using var rows = await StorageRows.Open(site);
        var etag = await rows.Write("d0");
        await site.Query(
            $"""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'made to fail' USING ERRCODE = '{state}'; END $$;
            CREATE TRIGGER fail BEFORE UPDATE ON OrleansStorage FOR EACH ROW WHEN (NEW.GrainTypeString = 'd0') EXECUTE FUNCTION fail()
            """);
        var fault = await Assert.ThrowsAsync<T>(() => rows.Write("d0", etag: etag));
        Assert.Equal($"{state}: made to fail", fault.Message.ReplaceLineEndings("\n").Split('\n')[0]);
        Assert.Null(fault.InnerException);
        await rows.Write("d1");
        await rows.ProveWritable();

        await site.Query("DROP TRIGGER fail ON OrleansStorage");
        await rows.Write("d0", etag: etag);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !await condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "it does not come to be");
            await Task.Delay(50);
        }
    }
}
