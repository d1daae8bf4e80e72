using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests;

/// <summary>A stop that was asked for: quick, clean, and nothing acknowledged is lost.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Idle_service_stops_at_once()
    {
        await using var service = await ServiceProcess.Start(_directory);
        var exit = await service.Stop();
        Assert.Equal(0, exit.Code);
        Assert.InRange(exit.StopTime, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Empty(exit.Errors);
    }

    /// <summary>Wherever in its start it is: the moments go on until one finds it serving.</summary>
    [Fact]
    public async Task Stop_during_the_start_is_no_fault()
    {
        var setup = new ServiceSetup();
        for (var moment = TimeSpan.Zero; ; moment += TimeSpan.FromMilliseconds(ServiceBinary.IsGiven ? 4 : 40) + (moment / 8))
        {
            await using var service = ServiceProcess.Begin(_directory, setup);
            await Task.Delay(moment, TestContext.Current.CancellationToken);
            var served = service.Output.Count > 0;
            var exit = await service.Stop();
            Assert.Empty(exit.Errors);

            // The host hears the signal, or its default ends the process before there is a host.
            Assert.Contains(exit.Code, (int[])[0, 143]);
            if (served)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task Ctrl_C_answers_the_write_in_flight_and_keeps_it()
    {
        // Small segments, since filling them with zeros flushes too.
        var slow = new ServiceSetup()
            .With("Testing:FlushDelayMs", "300").With("Limits:ValueBytes", "1024").With("Journal:SegmentBytes", "163840");
        await using (var service = await ServiceProcess.Start(_directory, slow))
        {
            // The next write is in flight for one flush at least: what a first one waits for besides is over.
            Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "before", "1"));
            var inFlight = service.Client.Set("c", "k", "2");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            var exit = await service.Interrupt();
            Assert.Equal(HttpStatusCode.Created, await inFlight);
            Assert.Equal(0, exit.Code);
            Assert.InRange(exit.StopTime, TimeSpan.Zero, StopLimit);
        }

        await using var again = await ServiceProcess.Start(_directory);
        Assert.Equal("1", await again.Client.Get("c", "before"));
        Assert.Equal("2", await again.Client.Get("c", "k"));
    }

    [Fact]
    public async Task Stop_under_load_finishes_requests_and_keeps_what_was_acknowledged()
    {
        const int Writers = 16;
        var acknowledged = new ConcurrentDictionary<string, string>();
        var failures = new ConcurrentBag<Exception>();
        ServiceExit exit;
        await using (var service = await ServiceProcess.Start(_directory))
        {
            var enough = new TaskCompletionSource();
            var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                try
                {
                    for (var i = 0; ; i++)
                    {
                        var (key, value) = ($"{writer}-{i}", $"{{\"i\":{i}}}");
                        var status = await service.Client.Set($"c{writer % 4}", key, value);
                        Assert.Equal(HttpStatusCode.Created, status);
                        acknowledged[$"c{writer % 4}/{key}"] = value;
                        if (acknowledged.Count == 500)
                        {
                            enough.TrySetResult();
                        }
                    }
                }
                catch (HttpRequestException e)
                {
                    failures.Add(e);
                }
            })).ToArray();
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            exit = await service.Stop();
            await Task.WhenAll(writers);
        }

        Assert.Equal(0, exit.Code);
        Assert.InRange(exit.StopTime, TimeSpan.Zero, StopLimit);

        // A request that was begun was answered: what fails is to connect, or to send on a connection that had just been closed.
        Assert.Equal(Writers, failures.Count);

        await using var again = await ServiceProcess.Start(_directory);
        foreach (var (name, value) in acknowledged)
        {
            var parts = name.Split('/');
            Assert.Equal(value, await again.Client.Get(parts[0], parts[1]));
        }
    }

    [Fact]
    public async Task Request_that_never_ends_does_not_hold_up_the_stop()
    {
        await using var service = await ServiceProcess.Start(_directory);
        await service.Client.Set("c", "k", "1");
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, service.Address.Port, TestContext.Current.CancellationToken);
        await client.SendAsync(
            Encoding.ASCII.GetBytes("POST /api/v1/kv/default/c/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"value\""),
            TestContext.Current.CancellationToken);

        // The service answers others meanwhile, so it has the half request too.
        Assert.Equal("1", await service.Client.Get("c", "k"));
        var exit = await service.Stop();
        Assert.Equal(0, exit.Code);
        Assert.InRange(exit.StopTime, TimeSpan.Zero, StopLimit);
    }

    [Fact]
    public async Task Stop_saves_what_the_journal_alone_held()
    {
        await using (var service = await ServiceProcess.Start(_directory))
        {
            for (var i = 0; i < 100; i++)
            {
                await service.Client.Set("c", $"k{i}", "1");
            }

            Assert.Equal(0, (await service.Stop()).Code);
        }

        // The journal is gone, as after its loss: what the stop saved is still there.
        Directory.Delete(Path.Combine(_directory.DataPath, "journal"), recursive: true);
        await using var again = await ServiceProcess.Start(_directory);
        Assert.Equal("1", await again.Client.Get("c", "k99"));
    }
}
