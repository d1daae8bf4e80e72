using System.Diagnostics;
using System.Net;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>The site's PostgreSQL dies and hangs; the device's clients notice nothing.</summary>
[Collection(SiteCollection.Name)]
public sealed class ServerTests(SiteServer server) : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Device_serves_while_the_sites_server_is_killed_and_while_it_hangs_and_catches_up_each_time()
    {
        Assert.SkipUnless(server.IsOwn, $"{SiteServer.Variable} names a server that this test must not kill.");
        var site = await SiteDatabase.Create(server);
        await using var device = await ServiceProcess.Start(_directory, site.Device());
        await device.Client.Set("c", "before", "1");
        await device.WaitInSync();

        await server.Kill();
        try
        {
            await WriteFor(device, "killed", TimeSpan.FromSeconds(3));
            Assert.Equal("failing", await device.State());
        }
        finally
        {
            await server.Start();
        }

        await device.WaitInSync();

        server.Hang();
        try
        {
            // The command time-out is 3 s in these tests: some calls have ended by then, and some wait.
            await WriteFor(device, "hung", TimeSpan.FromSeconds(7));
            Assert.NotEqual("in_sync", await device.State());
        }
        finally
        {
            server.GoOn();
        }

        await device.WaitInSync();
        var there = (await site.Query("SELECT key FROM entries")).Count;
        var here = await device.Client.GetStringAsync(new Uri("/api/v1/kv/default/c?limit=1", UriKind.Relative));
        Assert.Contains($"\"total\":{there},", here, StringComparison.Ordinal);
        Assert.Contains(await site.Query("SELECT key FROM entries"), static key => key!.StartsWith("hung", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Site_that_was_emptied_while_the_device_runs_is_filled_again()
    {
        var site = await SiteDatabase.Create(server);
        await using var device = await ServiceProcess.Start(_directory, site.Device());
        for (var i = 0; i < 5; i++)
        {
            await device.Client.Set($"c{i}", "k", $"{i}");
        }

        await device.WaitInSync();
        await site.Query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        await device.Client.Set("c0", "k", "7");
        await device.WaitFor(static sync => sync.GetProperty("state").GetString() != "in_sync");
        await device.WaitInSync();
        Assert.Equal(
            ["default/c0/k=7", "default/c1/k=1", "default/c2/k=2", "default/c3/k=3", "default/c4/k=4"], await site.EntriesOf(await device.DeviceId()));
    }

    private static async Task WriteFor(ServiceProcess device, string prefix, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < time; i++)
        {
            var before = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.Created, await device.Client.Set("c", $"{prefix}-{i}", $"{i}"));
            Assert.Equal($"{i}", await device.Client.Get("c", $"{prefix}-{i}"));
            Assert.InRange(Stopwatch.GetElapsedTime(before).TotalSeconds, 0, 2);
            await Task.Delay(20);
        }
    }
}
