using System.Text;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary><c>/recovery</c> after kills and damage to real files.</summary>
public sealed class RecoveryTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task First_start_found_nothing_and_the_next_one_after_a_kill_its_records()
    {
        await using (var service = await ServiceProcess.Start(_directory))
        {
            var fresh = await Recovery(service);
            Assert.True(fresh.GetProperty("fresh").GetBoolean());
            Assert.Equal(0, fresh.GetProperty("records").GetInt32());
            Assert.Equal(JsonValueKind.Null, fresh.GetProperty("clock_floor").ValueKind);
            await service.Client.Set("users", "u1", "1");
            await service.Client.Set("users", "u2", "2");
            await service.Kill();
        }

        await using var again = await ServiceProcess.Start(_directory);
        Assert.Equal("2", await again.Client.Get("users", "u2"));
        var found = await Recovery(again);
        Assert.False(found.GetProperty("fresh").GetBoolean());

        // Two entries, and the collection in the catalog.
        Assert.Equal(3, found.GetProperty("records").GetInt32());
        Assert.InRange(found.GetProperty("frames").GetInt32(), 3, 6);
        Assert.Equal(JsonValueKind.Null, found.GetProperty("torn_tail").ValueKind);
        Assert.Equal(0, found.GetProperty("damage").GetArrayLength());
        Assert.True(found.GetProperty("clock_floor").GetDateTimeOffset() <= found.GetProperty("started_at").GetDateTimeOffset());
        var steps = found.GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(["read the journal", "rewrite its newest frame", "open the catalog"], steps.Select(static step => step.GetProperty("name").GetString()));
        Assert.All(steps, static step => Assert.True(step.GetProperty("milliseconds").GetDouble() > 0));
    }

    [Fact]
    public async Task Rotten_record_is_named_with_its_collection_and_key_and_a_torn_tail_is_told()
    {
        await using (var service = await ServiceProcess.Start(_directory))
        {
            foreach (var value in (string[])["before", "rotten", "behind", "newest"])
            {
                await service.Client.Set("users", "key-" + value, $"\"value-{value}\"");
            }

            await service.Kill();
        }

        Spoil("value-rotten");
        Spoil("value-newest");
        await using var again = await ServiceProcess.Start(_directory);
        Assert.Equal("\"value-before\"", await again.Client.Get("users", "key-before"));
        Assert.Equal("\"value-behind\"", await again.Client.Get("users", "key-behind"));
        Assert.Null(await again.Client.Get("users", "key-rotten"));

        var found = await Recovery(again);
        var damage = Assert.Single(found.GetProperty("damage").EnumerateArray());
        Assert.Equal("""["default/users"]""", damage.GetProperty("collections").GetRawText());
        Assert.Equal("""["default/users/key-rotten"]""", damage.GetProperty("keys").GetRawText());
        Assert.True(File.Exists(Path.Combine(_directory.DataPath, "journal", damage.GetProperty("quarantine_file").GetString()!)));
        Assert.Contains("unfinished frame", found.GetProperty("torn_tail").GetString(), StringComparison.Ordinal);

        var scrape = await Scrape.Of(again);
        Assert.Equal(1, scrape.Value("edgeorleans_journal_damaged"));
        Assert.Equal(1, scrape.Value("edgeorleans_journal_quarantined_frames"));
    }

    /// <summary>Changes a byte of this text wherever the journal has it.</summary>
    private void Spoil(string text)
    {
        var spoiled = 0;
        foreach (var path in Directory.EnumerateFiles(Path.Combine(_directory.DataPath, "journal"), "*.segment"))
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) is var at and >= 0)
            {
                bytes[at] ^= 1;
                File.WriteAllBytes(path, bytes);
                spoiled++;
            }
        }

        Assert.Equal(1, spoiled);
    }

    private static async Task<JsonElement> Recovery(ServiceProcess service)
    {
        for (var i = 0; ; i++)
        {
            using var json = JsonDocument.Parse(
                await service.Client.GetStringAsync(new Uri("/recovery", UriKind.Relative), TestContext.Current.CancellationToken));
            if (json.RootElement.GetProperty("steps").GetArrayLength() == 3)
            {
                return json.RootElement.Clone();
            }

            Assert.True(i < 200, "The start is not over within 10 s.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
