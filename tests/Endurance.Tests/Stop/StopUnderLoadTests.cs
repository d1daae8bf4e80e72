using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Stop;

/// <summary>SIGTERM while clients write.</summary>
public sealed class StopUnderLoadTests(ITestOutputHelper output)
{
    private const int Writers = 16;

    // A request that has hardly been sent may meet a connection that is just being closed. Nobody promised it anything.
    private static readonly TimeSpan Underway = TimeSpan.FromMilliseconds(150);

    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    public async Task Stop_under_load_ends_in_time_answers_what_is_in_flight_and_loses_nothing(int flushDelayMs)
    {
        var oracle = new WriteOracle();
        var unanswered = new ConcurrentBag<long>();
        using var directory = new ServiceDirectory();
        long signalAt;
        ServiceExit exit;
        await using (var first = await Running.Start(directory))
        {
            // What a first start does once (a segment, the catalog) would take many slow flushes.
            await SetAll(first.Client, oracle, 20);
            await first.Process.Stop();
        }

        await using (var service = await Running.Start(directory, ("Testing:FlushDelayMs", $"{flushDelayMs}")))
        {
            Assert.Equal(200, (await Running.Until(() => service.Client.Get(new Place("default", "c0", "k0")), static r => r.Status == 200)).Status);
            var writers = Enumerable.Range(0, Writers).Select(i => Write(service.Client, oracle, i, unanswered)).ToArray();
            await Task.Delay(Random.Shared.Next(500));
            signalAt = Stopwatch.GetTimestamp();
            exit = await service.Process.Stop();
            await Task.WhenAll(writers);
        }

        output.WriteLine($"SIGTERM to exit: {exit.StopTime.TotalSeconds:F2} s");
        Assert.Equal(0, exit.Code);
        Assert.True(exit.StopTime < TimeSpan.FromSeconds(5), $"it took {exit.StopTime.TotalSeconds:F1} s");
        Assert.Empty(exit.Errors);
        Assert.All(unanswered, sentAt => Assert.True(
            Stopwatch.GetElapsedTime(sentAt, signalAt) < Underway,
            $"a request sent {Stopwatch.GetElapsedTime(sentAt, signalAt).TotalMilliseconds:F0} ms before the signal was not answered\n{string.Join('\n', exit.Output)}"));

        await using var again = await Running.Start(directory);
        var check = new RestartCheck(oracle, again.Client);
        Assert.Empty(await check.Run());
        Assert.True(check.Found >= Writers);
    }

    [Fact]
    public async Task Stop_while_storage_hangs_ends_in_time_and_loses_nothing()
    {
        var oracle = new WriteOracle();
        using var directory = new ServiceDirectory();
        await using (var service = await Running.Start(directory))
        {
            await SetAll(service.Client, oracle, 20);
            using var held = Storage.HeldDatabase.AgainstWriters(directory.DataPath);
            var exit = await service.Process.Stop();
            output.WriteLine($"SIGTERM to exit: {exit.StopTime.TotalSeconds:F2} s");
            Assert.Equal(0, exit.Code);
            Assert.True(exit.StopTime < TimeSpan.FromSeconds(5), $"it took {exit.StopTime.TotalSeconds:F1} s");
        }

        await using var again = await Running.Start(directory);
        Assert.Empty(await new RestartCheck(oracle, again.Client).Run());
    }

    private static async Task SetAll(KvClient client, WriteOracle oracle, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var place = new Place("default", $"c{i % 3}", $"k{i}");
            var sent = oracle.BeginSet(place);
            oracle.End(place, sent, (await client.Set(place, WriteOracle.ValueOf(sent.Id))).Answer);
        }
    }

    private static async Task Write(KvClient client, WriteOracle oracle, int writer, ConcurrentBag<long> unanswered)
    {
        for (var i = 0; ; i++)
        {
            var place = new Place("default", $"c{writer % 4}", $"k{writer}-{i % 10}");
            var sentAt = Stopwatch.GetTimestamp();
            var sent = oracle.BeginSet(place);
            var reply = await client.Set(place, WriteOracle.ValueOf(sent.Id));
            oracle.End(place, sent, reply.Answer);
            if (reply.Status == 0)
            {
                unanswered.Add(sentAt);
                return;
            }

            Assert.Equal(201, reply.Status);
        }
    }
}
