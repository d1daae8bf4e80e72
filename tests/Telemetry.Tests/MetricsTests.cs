using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary><c>/metrics</c> of a real process.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Documented_metrics_are_those_exported()
    {
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("WriteBehind:SaveAfterMs", "10"));
        await UseEverything(service);
        var scrape = await Scrape.Of(service);
        var documented = MetricsTable.Rows.ToDictionary(static row => row.Name);
        foreach (var (name, type) in scrape.Types)
        {
            Assert.True(documented.TryGetValue(name, out var row), $"docs/metrics.md lacks {name}, a {type}");
            Assert.Equal((type, string.Join(", ", scrape.LabelsOf(name))), (row.Type, row.Labels));
        }

        var edition = ServiceBinary.IsGiven ? "native" : "jit";
        Assert.Equal(1, scrape.Value("edgeorleans_build", $"edition=\"{edition}\""));
        Assert.Empty(MetricsTable.Rows.Where(row => row.IsAlwaysThereIn(edition)).Select(static row => row.Name).Except(scrape.Types.Keys));
    }

    [Fact]
    public async Task Requests_are_counted_by_route_method_and_status_and_by_no_name()
    {
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("WriteBehind:SaveAfterMs", "10"));
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("zanzibar", "xylophone", "\"quixotic\""));
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("zanzibar", "xylophone", "\"quixotic\""));
        Assert.Equal("\"quixotic\"", await service.Client.Get("zanzibar", "xylophone"));
        Assert.Null(await service.Client.Get("zanzibar", "nothing"));
        using var foreign = await service.Client.SendAsync(new HttpRequestMessage(new HttpMethod("BREW"), "/zanzibar/xylophone"), TestContext.Current.CancellationToken);
        await Eventually(service, static scrape => scrape.Value("edgeorleans_save_collections_total", "outcome=\"saved\"") > 0);

        var scrape = await Scrape.Of(service);
        const string Count = "edgeorleans_http_request_duration_seconds_count";
        const string Entry = "route=\"/api/v1/kv/{namespace}/{collection}/{key}\"";
        Assert.Equal(2, scrape.Value(Count, Entry, "method=\"POST\"", "status=\"201\""));
        Assert.Equal(1, scrape.Value(Count, Entry, "method=\"GET\"", "status=\"200\""));
        Assert.Equal(1, scrape.Value(Count, Entry, "method=\"GET\"", "status=\"404\""));
        Assert.Equal(1, scrape.Value(Count, "route=\"none\"", "method=\"other\"", "status=\"404\""));
        Assert.All(["zanzibar", "xylophone", "quixotic", "nothing", "BREW"], name => Assert.DoesNotContain(name, scrape.Text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Journal_collections_and_storage_show_what_was_done()
    {
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("WriteBehind:SaveAfterMs", "600000"));
        for (var i = 0; i < 5; i++)
        {
            await service.Client.Set("users", $"u{i}", "\"12345678\"");
        }

        using var batch = new StringContent("""{"operations":[{"collection":"users","key":"a","value":1},{"collection":"carts","key":"b","value":2}]}""");
        using var _ = await service.Client.PostAsync(new Uri("/api/v1/kv/batch", UriKind.Relative), batch, TestContext.Current.CancellationToken);
        var scrape = await Scrape.Of(service);

        // Two collections and the catalog's own, which lists the two.
        Assert.Equal(3, scrape.Value("edgeorleans_collections_active"));
        Assert.Equal(7 + 2, scrape.Value("edgeorleans_entries"));
        Assert.True(scrape.Value("edgeorleans_entries_size_bytes") >= 5 * 12);
        Assert.InRange(
            scrape.Value("edgeorleans_memory_collections_bytes"),
            scrape.Value("edgeorleans_entries_size_bytes") + 1,
            scrape.Value("edgeorleans_memory_collections_limit_bytes"));
        Assert.True(scrape.Value("edgeorleans_memory_heap_limit_bytes") < scrape.Value("edgeorleans_memory_budget_bytes"));
        Assert.True(scrape.Value("edgeorleans_journal_live_bytes") > 7 * 24);
        Assert.True(scrape.Value("edgeorleans_journal_unsaved_age_seconds") > 0);
        Assert.Equal(1, scrape.Value("edgeorleans_journal_writable"));
        Assert.InRange(scrape.Value("edgeorleans_journal_flush_duration_seconds_count"), 7, 12);
        Assert.Equal(2, scrape.Value("edgeorleans_http_batch_operations_sum", "method=\"POST\""));
        Assert.Equal(0, scrape.Value("edgeorleans_storage_written_bytes_total", "target=\"sqlite\""));
        Assert.True(scrape.Value("dotnet_process_memory_working_set_bytes") > 10_000_000);
        Assert.True(scrape.Value("edgeorleans_process_files") > 10);
    }

    [Fact]
    public async Task Bytes_written_go_on_over_restarts_and_stand_still_while_nothing_happens()
    {
        var setup = new ServiceSetup().With("WriteBehind:SaveAfterMs", "10");
        double written, database;
        await using (var service = await ServiceProcess.Start(_directory, setup))
        {
            await service.Client.Set("users", "u1", "1");
            await Eventually(service, static scrape =>
                scrape.Value("edgeorleans_journal_unsaved_age_seconds") == 0 && scrape.Value("edgeorleans_storage_call_duration_seconds_count", "call=\"flush\"") > 0);
            var before = await Scrape.Of(service);
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            var after = await Scrape.Of(service);
            written = after.Value("edgeorleans_flash_written_bytes_total");
            Assert.Equal(before.Value("edgeorleans_flash_written_bytes_total"), written);
            Assert.Equal(before.Value("edgeorleans_flash_flushes_total"), after.Value("edgeorleans_flash_flushes_total"));
            Assert.Equal(written, after.Value("edgeorleans_flash_written_today_bytes"));

            // A first segment is zero-filled whole; what SQLite wrote is there too, pages and not only the row.
            database = written - (4 << 20);
            Assert.True(database > 4096 * 6, $"{database} bytes beside the first segment");
            await service.Stop();
        }

        await using var again = await ServiceProcess.Start(_directory, setup);
        Assert.InRange((await Scrape.Of(again)).Value("edgeorleans_flash_written_bytes_total"), written, written + (16 << 20));
    }

    private static async Task UseEverything(ServiceProcess service)
    {
        var ct = TestContext.Current.CancellationToken;
        await service.Client.Set("users", "u1", "1");
        await service.Client.Get("users", "u1");
        using var batch = new StringContent("""{"operations":[{"collection":"users","key":"u2","value":2}]}""");
        using var _ = await service.Client.PostAsync(new Uri("/api/v1/kv/batch", UriKind.Relative), batch, ct);
        await Eventually(service, static scrape => scrape.Value("edgeorleans_storage_call_duration_seconds_count", "call=\"flush\"") > 0);
    }

    private static async Task Eventually(ServiceProcess service, Func<Scrape, bool> holds)
    {
        for (var i = 0; !holds(await Scrape.Of(service)); i++)
        {
            Assert.True(i < 200, "It does not come within 10 s.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
