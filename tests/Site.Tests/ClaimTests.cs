using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Site.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace EdgeOrleans.Site.Tests;

/// <summary>Who may write a device's rows, as time goes by.</summary>
[Collection(SiteCollection.Name)]
public sealed class ClaimTests(SiteServer server) : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-claim-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly List<IDisposable> _open = [];
    private SiteDatabase _site = null!;
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await SiteDatabase.Create(server);
        _source = SiteDataSource.Make(server.ConnectionString(_site.Name));
    }

    public async ValueTask DisposeAsync()
    {
        _open.Reverse();
        _open.ForEach(static open => open.Dispose());
        await _source.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Of_two_copies_the_second_to_come_has_the_claim_and_the_first_notices_within_a_minute()
    {
        var first = Link("first");
        await first.Rows(default);
        Copy("first", "second");
        var second = Link("second");
        await second.Rows(default);
        _time.Advance(TimeSpan.FromSeconds(61));
        var refused = await Assert.ThrowsAsync<SiteRefusedException>(() => first.Rows(default));
        Assert.Equal(refused.Message, first.Refusal);
        await second.Rows(default);

        // For good, a restart included, and it says so again and again.
        _time.Advance(TimeSpan.FromHours(3));
        await Assert.ThrowsAsync<SiteRefusedException>(() => first.Rows(default));
        await Assert.ThrowsAsync<SiteRefusedException>(() => Link("first").Rows(default));
        await second.Rows(default);
        Assert.Null(second.Refusal);
    }

    [Fact]
    public async Task Copy_that_is_older_than_an_hour_is_known_as_one_although_the_process_never_ended()
    {
        var device = Link("device");
        await device.Rows(default);
        Copy("device", "copy");
        _time.Advance(TimeSpan.FromMinutes(61));
        await device.Rows(default);
        await Assert.ThrowsAsync<SiteRefusedException>(() => Link("copy").Rows(default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Claim_that_was_being_replaced_when_the_power_went_is_known(bool siteHasIt)
    {
        var rows = Rows("device");
        await Link(rows).Rows(default);
        await Identity(rows).Change(static record => record with { Claims = [.. record.Claims, "next"] }, default);
        if (siteHasIt)
        {
            await _site.Query("UPDATE devices SET claim = 'next' RETURNING claim");
        }

        await Link(rows).Rows(default);
        Assert.NotEqual(["next"], await _site.Query("SELECT claim FROM devices"));
    }

    [Fact]
    public async Task Site_that_was_put_back_to_an_earlier_state_is_known()
    {
        var rows = Rows("device");
        await Link(rows).Rows(default);
        var earlier = (await _site.Query("SELECT claim FROM devices")).Single();
        for (var i = 0; i < 3; i++)
        {
            await Link(rows).Rows(default);
        }

        await _site.Query($"UPDATE devices SET claim = '{earlier}' RETURNING claim");
        await Link(rows).Rows(default);
        Assert.NotEqual([earlier], await _site.Query("SELECT claim FROM devices"));
    }

    [Fact]
    public async Task Device_that_was_removed_at_the_site_is_there_anew_and_knows_that_its_rows_are_gone()
    {
        var device = Link("device");
        await (await device.Rows(default)).Write("ns/c", "d1", "{}"u8.ToArray(), null, default);
        var epoch = device.Epoch;
        await _site.Query("WITH gone AS (DELETE FROM OrleansStorage) DELETE FROM devices RETURNING device");
        _time.Advance(TimeSpan.FromSeconds(61));
        await device.Rows(default);
        Assert.NotEqual(epoch, device.Epoch);
        Assert.Single(await _site.Query("SELECT device FROM devices"));
    }

    [Fact]
    public async Task Claim_is_looked_at_once_a_minute_and_not_with_each_call()
    {
        var device = Link("device");
        await device.Rows(default);
        var seen = await _site.Query("SELECT last_seen::text FROM devices");
        for (var i = 0; i < 50; i++)
        {
            await device.Rows(default);
        }

        Assert.Equal(seen, await _site.Query("SELECT last_seen::text FROM devices"));
        _time.Advance(TimeSpan.FromSeconds(61));
        await device.Rows(default);
        Assert.NotEqual(seen, await _site.Query("SELECT last_seen::text FROM devices"));
    }

    private SiteLink Link(string name) => Link(Rows(name));

    private SiteLink Link(SqliteRows rows)
    {
        var link = new SiteLink(_source, Identity(rows), mayMigrate: true, _time);
        _open.Add(link);
        return link;
    }

    private DeviceIdentity Identity(SqliteRows rows)
    {
        var identity = new DeviceIdentity(rows, new Dictionary<string, string> { ["board"] = "one" }, NullLogger.Instance);
        _open.Add(identity);
        return identity;
    }

    private SqliteRows Rows(string name)
    {
        var database = new SqliteDatabase(Path.Combine(_directory, name), 5, TimeProvider.System, NullLogger.Instance);
        var rows = new SqliteRows(database, "test", TimeProvider.System);
        _open.Add(database);
        _open.Add(rows);
        return rows;
    }

    /// <summary>Everything is in the file itself: it was checkpointed when the claim was written down.</summary>
    private void Copy(string from, string to) => File.Copy(Path.Combine(_directory, from), Path.Combine(_directory, to));
}
