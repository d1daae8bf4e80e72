using System.Diagnostics;
using System.Text;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Site.Tests.Servers;

/// <summary>What tests ask of a device that mirrors.</summary>
internal static class Mirroring
{
    /// <summary>The one target of <c>/sync</c>.</summary>
    public static async Task<JsonElement> Sync(this ServiceProcess device)
    {
        using var answer = JsonDocument.Parse(await device.Client.GetStringAsync(new Uri("/sync", UriKind.Relative)));
        return answer.RootElement.GetProperty("targets").EnumerateArray().Single().Clone();
    }

    public static async Task<string> State(this ServiceProcess device) => (await device.Sync()).GetProperty("state").GetString()!;

    public static long Waiting(this JsonElement sync, string member) => sync.GetProperty("waiting").GetProperty(member).GetInt64();

    /// <summary>The device's id at the site, once it has one.</summary>
    public static async Task<string> DeviceId(this ServiceProcess device)
    {
        await device.WaitFor(static sync => sync.GetProperty("device").ValueKind == JsonValueKind.String);
        return (await device.Sync()).GetProperty("device").GetString()!;
    }

    /// <summary>Waits until everything that was written before the call is at the site.</summary>
    public static async Task<TimeSpan> WaitInSync(this ServiceProcess device, int limitSeconds = 60)
    {
        var started = Stopwatch.GetTimestamp();

        // A change is seen by the mirror within a quarter of Site:SaveAfterMs and its own look-out.
        await Task.Delay(600);
        await device.WaitFor(static sync => sync.GetProperty("state").GetString() == "in_sync", limitSeconds);
        return Stopwatch.GetElapsedTime(started);
    }

    public static async Task WaitFor(this ServiceProcess device, Func<JsonElement, bool> condition, int limitSeconds = 60)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var sync = await device.Sync();
            if (condition(sync))
            {
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < limitSeconds, $"after {limitSeconds} s: {sync}\n{string.Join('\n', device.Output)}");
            await Task.Delay(50);
        }
    }

    /// <summary>Sets many keys with batches of a thousand.</summary>
    public static async Task SetMany(this ServiceProcess device, IEnumerable<(string Collection, string Key, string Json)> values)
    {
        foreach (var batch in values.Chunk(1000))
        {
            var operations = batch.Select(static v => $$"""{"namespace":"default","collection":"{{v.Collection}}","key":"{{v.Key}}","value":{{v.Json}}}""");
            using var body = new StringContent($$"""{"operations":[{{string.Join(',', operations)}}]}""", Encoding.UTF8);
            using var response = await device.Client.PostAsync(new Uri("/api/v1/kv/batch", UriKind.Relative), body);
            using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
            Assert.Equal(0, answer.RootElement.GetProperty("failure_count").GetInt32());
        }
    }
}
