using System.Net;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary><c>/health/ready</c> of a real process whose storage goes away and comes back.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_without_storage_is_not_recovered_until_it_is_there()
    {
        // A directory where the database should be: it cannot be opened while it is there.
        var database = Path.Combine(_directory.DataPath, "edgeorleans.db");
        Directory.CreateDirectory(database);
        await using var service = await ServiceProcess.Start(_directory);
        var checks = await Until(service, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("fail", checks[0].GetProperty("status").GetString());
        Assert.Contains("catalog", checks[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("pass", checks[1].GetProperty("status").GetString());

        Directory.Delete(database);
        checks = await Until(service, HttpStatusCode.OK);
        Assert.All(checks, static check => Assert.Equal("pass", check.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Full_journal_makes_unready_with_reason_and_since_until_storage_is_back()
    {
        var setup = new ServiceSetup()
            .With("Limits:ValueBytes", "32768").With("Journal:SegmentBytes", "262144").With("Journal:MaxBytes", "1572864")
            .With("WriteBehind:SaveAfterMs", "50");
        await using var service = await ServiceProcess.Start(_directory, setup);

        var before = await Until(service, HttpStatusCode.OK);
        Assert.Equal(["cluster", "journal", "recovered"], before.Select(NameOf).Order());
        Assert.All(before, static check => Assert.Equal("pass", check.GetProperty("status").GetString()));

        // Another program holds the one lock for writing that there is.
        await using var holder = new SqliteConnection($"Data Source={Path.Combine(_directory.DataPath, "edgeorleans.db")};Pooling=False");
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        var held = holder.BeginTransaction(deferred: false);

        var value = $"\"{new string('x', 3000)}\"";
        var status = HttpStatusCode.Created;
        for (var i = 0; i < 2000 && status == HttpStatusCode.Created; i++)
        {
            status = await service.Client.Set("users", $"u{i}", value);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        var asked = DateTimeOffset.UtcNow;
        var journal = JournalIn(await Until(service, HttpStatusCode.ServiceUnavailable));
        Assert.Equal("fail", journal.GetProperty("status").GetString());
        Assert.Contains("Journal:MaxBytes", journal.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var since = journal.GetProperty("since").GetDateTimeOffset();
        Assert.InRange(since, JournalIn(before).GetProperty("since").GetDateTimeOffset(), asked);

        var full = await Scrape.Of(service);
        Assert.Equal(0, full.Value("edgeorleans_journal_writable"));
        Assert.True(full.Value("edgeorleans_storage_pool_used") + full.Value("edgeorleans_storage_pool_waiting") + full.Value("edgeorleans_storage_pool_timeouts_total") > 0);
        for (var i = 0; (await Scrape.Of(service)).Value("edgeorleans_storage_pool_timeouts_total") == 0; i++)
        {
            Assert.True(i < 200, "No call has waited in vain within 20 s.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.True((await Scrape.Of(service)).Value("edgeorleans_storage_failures_total", "call=\"write\"") > 0);

        await held.RollbackAsync(TestContext.Current.CancellationToken);
        var after = await Until(service, HttpStatusCode.OK);
        Assert.True(JournalIn(after).GetProperty("since").GetDateTimeOffset() > since);
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("users", "again", value));
    }

    private static string NameOf(JsonElement check) => check.GetProperty("name").GetString()!;

    private static JsonElement JournalIn(JsonElement[] checks) => checks.Single(static check => NameOf(check) == "journal");

    private static async Task<JsonElement[]> Until(ServiceProcess service, HttpStatusCode wanted)
    {
        for (var i = 0; ; i++)
        {
            using var answer = await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            using var json = JsonDocument.Parse(text);
            if (answer.StatusCode == wanted)
            {
                return [.. json.RootElement.GetProperty("checks").EnumerateArray().Select(static check => check.Clone())];
            }

            Assert.True(i < 600, $"Not within 60 s: {text}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
