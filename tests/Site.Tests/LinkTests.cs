using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>
/// The link fails at random moments, and the device too, under load: at the end the site has what the device has. For longer than the few
/// seconds of a usual run: <c>SITE_LINK_SECONDS=300 ./test.sh Site</c>.
/// </summary>
[Collection(SiteCollection.Name)]
public sealed class LinkTests(SiteServer server) : IDisposable
{
    private const int Clients = 4;

    private readonly ServiceDirectory _directory = new();

    private static int Seconds =>
        int.TryParse(Environment.GetEnvironmentVariable("SITE_LINK_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 12;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Site_has_what_the_device_has_whatever_moment_the_link_fails_at()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var site = await SiteDatabase.Create(server);
        await using var link = new Link(server.EndPoint);
        var setup = site.Device(link).With("WriteBehind:SaveAfterMs", "300").With("Site:SaveAfterMs", "20");
        var expected = new ConcurrentDictionary<string, string?>();
        var faults = 0;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < Seconds)
        {
            await using var device = await ServiceProcess.Start(_directory, setup);
            using var end = new CancellationTokenSource();
            var load = Enumerable.Range(0, Clients).Select(i => Load(device, i, random.Next(), expected, end.Token)).ToArray();
            var life = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(life).TotalSeconds < Math.Min(20, Seconds / 3.0))
            {
                faults++;
                await Disturb(link, random);
            }

            await end.CancelAsync();
            await Task.WhenAll(load);
            await device.Kill();
        }

        link.Heal();
        await using var last = await ServiceProcess.Start(_directory, setup);
        await last.WaitInSync();
        TestContext.Current.TestOutputHelper!.WriteLine($"{faults} faults, {expected.Count} keys, {link.BytesSent} bytes sent");
        Assert.True(expected.Count > 100 && faults > 5);
        foreach (var (path, value) in expected.Where(static e => e.Value is not "?"))
        {
            Assert.Equal(value, await last.Client.Get(path.Split('/')[0], path.Split('/')[1]));
        }

        var there = (await site.EntriesOf(await last.DeviceId())).ToDictionary(static e => e[..e.IndexOf('=', StringComparison.Ordinal)], static e => e[(e.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        foreach (var path in expected.Keys)
        {
            var here = await last.Client.Get(path.Split('/')[0], path.Split('/')[1]);
            Assert.Equal(here, there.GetValueOrDefault("default/" + path));
            there.Remove("default/" + path);
        }

        Assert.Empty(there);
    }

    private static async Task Disturb(Link link, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                link.Cut();
                break;
            case 1:
                link.Stall();
                break;
            default:
                // In the middle of a row more often than not.
                link.CutAfter(random.Next(1, 60_000));
                break;
        }

        await Task.Delay(random.Next(20, 1200));
        link.Heal();
        await Task.Delay(random.Next(10, 700));
    }

    /// <summary>One client with keys of its own; a write that is cut off with its service leaves its key unknown.</summary>
    private static async Task Load(ServiceProcess device, int client, int seed, ConcurrentDictionary<string, string?> expected, CancellationToken end)
    {
        var random = new Random(seed);
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var (collection, key) = ($"c{random.Next(6)}", $"{client}-{random.Next(60)}");
            var path = $"{collection}/{key}";
            if (random.Next(8) == 0)
            {
                using var deleted = await device.Client.DeleteAsync(new Uri($"/api/v1/kv/default/{path}", UriKind.Relative), CancellationToken.None);
                expected[path] = deleted.StatusCode == HttpStatusCode.OK ? null : "?";
            }
            else
            {
                var json = $"\"{client}-{i}-{new string('x', random.Next(random.Next(30) == 0 ? 40_000 : 200))}\"";
                expected[path] = await device.Client.Set(collection, key, json, CancellationToken.None) == HttpStatusCode.Created ? json : "?";
            }

            if (random.Next(20) == 0)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }
}
