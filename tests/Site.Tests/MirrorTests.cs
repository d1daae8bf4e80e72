using System.Diagnostics;
using System.Net;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>What a device has is at the site, soon or when the site is back.</summary>
[Collection(SiteCollection.Name)]
public sealed class MirrorTests(SiteServer server) : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Site_shows_each_value_as_it_was_sent_and_as_jsonb_and_what_was_deleted_is_gone()
    {
        var site = await SiteDatabase.Create(server);
        await using var device = await ServiceProcess.Start(_directory, site.Device());
        (string Collection, string Key, string Json)[] values =
        [
            ("a+b%", "digits", """{"n":21.50,"big":12345678901234567890}"""), ("a+b%", "none", "null"), ("a+b%", "é\",\"sequence\":", "[1, 2]"),
            ("0a+q", "zero", "\"a\\u0000b\""), ("A+q", "zero", "\"\\u0041\""), ("a+b%", "huge", "1e400000"),
        ];
        foreach (var (collection, key, json) in values)
        {
            Assert.Equal(HttpStatusCode.Created, await device.Client.Set(collection, key, json));
        }

        await device.Client.Set("a+b%", "gone", "1");
        await device.Client.Set("gone", "gone", "1");
        await device.WaitInSync();
        Assert.Equal(8, (await site.EntriesOf(await device.DeviceId())).Length);
        Assert.Equal(HttpStatusCode.OK, (await device.Client.DeleteAsync(new Uri("/api/v1/kv/default/a%2Bb%25/gone", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await device.Client.DeleteAsync(new Uri("/api/v1/namespaces/default/collections/gone", UriKind.Relative))).StatusCode);
        await device.WaitInSync();

        // White space around a value is not part of it.
        Assert.Equal(
            values.Select(static v => $"default/{v.Collection}/{v.Key}={v.Json}").Order(StringComparer.Ordinal), await site.EntriesOf(await device.DeviceId()));
        Assert.Equal(["21.50"], await site.Query("SELECT value ->> 'n' FROM entries WHERE collection = 'a+b%' AND key = 'digits'"));
        Assert.Equal(["null"], await site.Query("SELECT value::text FROM entries WHERE key = 'none'"));

        // What jsonb cannot hold is null there, and spoils nothing else.
        Assert.Equal(["huge", "zero"], await site.Query("SELECT key FROM entries WHERE value IS NULL ORDER BY key"));
    }

    [Fact]
    public async Task Metrics_of_the_connection_are_documented_and_show_none_of_its_string()
    {
        var site = await SiteDatabase.Create(server);
        await using var device = await ServiceProcess.Start(_directory, site.Device());
        await device.Client.Set("a", "k", "1");
        await device.WaitInSync();
        var metrics = await device.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var names = metrics.Split('\n').Where(static line => line.StartsWith("# TYPE db_client_", StringComparison.Ordinal)).Select(static line => line.Split(' ')[2]).ToArray();
        var documented = await File.ReadAllTextAsync(Path.Combine(ServiceBinary.RepositoryRoot, "docs", "metrics.md"), TestContext.Current.CancellationToken);
        Assert.True(names.Length >= 5, metrics);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", documented, StringComparison.Ordinal));
        Assert.Contains("db_client_connection_pool_name=\"site\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("Username", metrics, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Database=", metrics, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Device_serves_without_its_site_through_kills_and_is_caught_up_without_another_change()
    {
        var site = await SiteDatabase.Create(server);
        await using var link = new Link(server.EndPoint);
        link.Cut();
        var setup = site.Device(link).With("WriteBehind:SaveAfterMs", "100");
        for (var life = 0; life < 3; life++)
        {
            await using var device = await ServiceProcess.Start(_directory, setup);
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(HttpStatusCode.Created, await device.Client.Set($"c{life}", $"k{i}", $"{i}"));
            }

            // In SQLite, and no more in the journal: only a comparison can show later that the site lacks it.
            await device.WaitFor(sync => sync.Waiting("entries") == (life + 1) * 20);
            Assert.Equal("failing", await device.State());
            await Task.Delay(500);
            await device.Kill();
        }

        await using var last = await ServiceProcess.Start(_directory, setup);
        await last.WaitFor(static sync => sync.GetProperty("last_error").ValueKind == JsonValueKind.Object);
        Assert.Equal("19", await last.Client.Get("c0", "k19"));
        link.Heal();
        await last.WaitInSync();
        Assert.Equal(60, (await site.EntriesOf(await last.DeviceId())).Length);
    }

    [Fact]
    public async Task Hundred_thousand_entries_written_while_offline_arrive_each_once()
    {
        var site = await SiteDatabase.Create(server);
        await using var link = new Link(server.EndPoint);
        link.Cut();
        await using var device = await ServiceProcess.Start(_directory, site.Device(link));

        var began = DateTimeOffset.UtcNow;

        // Every key twice: what waits is what the newest value takes.
        for (var round = 0; round < 2; round++)
        {
            await device.SetMany(Enumerable.Range(0, 100_000).Select(i => ($"c{i % 20}", $"key-{i}", $$"""{"round":{{round}},"n":{{i}}}""")));
        }

        var sync = await device.Sync();
        Assert.Equal(100_000, sync.Waiting("entries"));
        Assert.Equal(20, sync.Waiting("collections"));
        Assert.InRange(sync.Waiting("bytes"), 2_000_000, 4_000_000);
        Assert.InRange(Time(sync, "oldest")!.Value, began, DateTimeOffset.UtcNow);
        Assert.Null(Time(sync, "estimated_finish"));
        var started = Stopwatch.GetTimestamp();
        link.Heal();
        await device.WaitInSync(120);
        TestContext.Current.TestOutputHelper!.WriteLine($"caught up in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s with {link.BytesSent} bytes");
        Assert.Equal(["100000", "100000"], await site.Query("SELECT unnest(ARRAY[count(*), count(*) FILTER (WHERE value @> '{\"round\":1}')]) FROM entries"));

        // Keys, values, sequences and versions: 110 bytes each, and each once.
        Assert.InRange(link.BytesSent, 5_000_000, 15_000_000);
    }

    [Fact]
    public async Task Catching_up_keeps_to_its_bandwidth()
    {
        var site = await SiteDatabase.Create(server);
        await using var link = new Link(server.EndPoint);
        link.Cut();
        await using var device = await ServiceProcess.Start(_directory, site.Device(link).With("Site:MaxBytesPerSecond", "100000"));
        await device.SetMany(Enumerable.Range(0, 500).Select(static i => ($"c{i % 5}", $"key-{i}", $"\"{new string('x', 900)}\"")));
        var started = Stopwatch.GetTimestamp();
        link.Heal();
        var healed = DateTimeOffset.UtcNow;
        DateTimeOffset? finish = null;
        await device.WaitFor(sync => (finish = Time(sync, "estimated_finish")) is not null);
        Assert.InRange(finish!.Value, healed, healed.AddSeconds(60));
        await device.WaitInSync();
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 3.5, 30);
        Assert.Equal(["500"], await site.Query("SELECT count(*) FROM entries"));
    }

    [Fact]
    public async Task Two_devices_with_the_same_collections_keep_apart()
    {
        var site = await SiteDatabase.Create(server);
        using var other = new ServiceDirectory();
        await using var first = await ServiceProcess.Start(_directory, site.Device());
        await using var second = await ServiceProcess.Start(other, site.Device());
        for (var i = 0; i < 30; i++)
        {
            await first.Client.Set("same", $"k{i}", "\"first\"");
            await second.Client.Set("same", $"k{i}", "\"second\"");
        }

        await first.WaitInSync();
        await second.WaitInSync();
        foreach (var (device, name) in new[] { (first, "first"), (second, "second") })
        {
            Assert.Equal(
                Enumerable.Range(0, 30).Select(i => $"default/same/k{i}=\"{name}\"").Order(StringComparer.Ordinal), await site.EntriesOf(await device.DeviceId()));
        }
    }

    private static DateTimeOffset? Time(JsonElement sync, string member) =>
        sync.GetProperty("waiting").GetProperty(member) is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null;
}
