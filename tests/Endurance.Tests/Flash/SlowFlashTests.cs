using System.Diagnostics;
using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Flash;

/// <summary>A card whose flushes take long: only those who write notice.</summary>
[Collection(QuietCollection.Name)]
public sealed class SlowFlashTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Read_of_a_key_that_is_being_written_does_not_wait_for_the_flush()
    {
        const int FlushMs = 200;
        using var directory = new ServiceDirectory();
        await using var service = await Running.Start(directory, ("Testing:FlushDelayMs", $"{FlushMs}"));
        var oracle = new WriteOracle();
        var places = Enumerable.Range(0, 20).Select(static i => new Place("default", "slow", $"k{i}")).ToArray();
        var begun = Stopwatch.GetTimestamp();
        var writes = places.Select(place => Write(service.Client, oracle, place, begun)).ToArray();
        var reads = Enumerable.Range(0, 2).Select(i => Read(service.Client, oracle, places, begun, new Random(i))).ToArray();
        var writeTimes = (await Task.WhenAll(writes)).SelectMany(static times => times).ToArray();

        // Once without the first second: the just-in-time compiler is not what is measured.
        var readTimes = (await Task.WhenAll(reads)).SelectMany(static times => times).ToArray();
        var (median, p99) = (At(readTimes, 0.5), At(readTimes, 0.99));
        output.WriteLine($"flush {FlushMs} ms: {readTimes.Length} GETs p50 {median:F2} ms, p99 {p99:F2} ms; {writeTimes.Length} SETs p50 {At(writeTimes, 0.5):F0} ms");
        Assert.True(At(writeTimes, 0.5) >= FlushMs, "the flushes are not slow");
        Assert.True(readTimes.Length > 100);
        Assert.True(median < 20, $"the median of GET is {median:F1} ms");
    }

    [Fact]
    public async Task Write_that_waits_too_long_gets_504_and_is_there_later()
    {
        var place = new Place("default", "late", "k");
        using var directory = new ServiceDirectory();
        await using (var service = await Running.Start(directory))
        {
            Assert.Equal(201, (await service.Client.Set(place, "1")).Status);
            Assert.Equal(0, (await service.Process.Stop()).Code);
        }

        await using (var service = await Running.Start(directory, ("Testing:FlushDelayMs", "700"), ("Writes:TimeoutMs", "250")))
        {
            var reply = await Running.Until(() => service.Client.Get(place), static r => r.Status == 200);
            Assert.Equal("1", reply.Raw("value"));
            var begun = Stopwatch.GetTimestamp();
            reply = await service.Client.Set(place, "2");
            Assert.Equal((504, "TIMEOUT"), (reply.Status, reply.Code));
            Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 200, 5000);
            Assert.Contains("Writes:TimeoutMs", reply.Body, StringComparison.Ordinal);
            Assert.Equal("1", (await service.Client.Get(place)).Raw("value"));
            reply = await Running.Until(() => service.Client.Get(place), static r => r.Raw("value") == "2");
            Assert.Equal("2", reply.Raw("value"));
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory);
        Assert.Equal("2", (await again.Client.Get(place)).Raw("value"));
    }

    [Fact]
    public async Task Writes_beyond_the_pending_bytes_get_503_with_a_time_and_no_other_harm()
    {
        const int Writers = 300;
        using var directory = new ServiceDirectory();
        var oracle = new WriteOracle();
        await using var service = await Running.Start(
            directory,
            ("Testing:FlushDelayMs", "300"),
            ("Limits:ValueBytes", "1024"),
            ("Journal:SegmentBytes", "262144"),
            ("Journal:MaxBytes", "8388608"),
            ("Journal:MaxPendingBytes", "133120"),
            ("Http:MaxConnections", "1000"));
        var value = $"\"{new string('v', 1000)}\"";
        var first = new Place("default", "many", "first");
        Assert.Equal(201, (await service.Client.Set(first, value)).Status);

        var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => service.Client.Set(new Place("default", "many", $"k{i}"), value)));
        var refused = replies.Where(static r => r.Status != 201).ToArray();
        output.WriteLine($"{Writers} writes at once: {refused.Length} refused");
        Assert.All(refused, static r => Assert.Equal((503, "BACKLOG_FULL"), (r.Status, r.Code)));
        Assert.All(refused, static r => Assert.NotNull(r.RetryAfter));
        Assert.InRange(refused.Length, 1, Writers - 50);
        Assert.Contains("Journal:MaxPendingBytes", refused[0].Body, StringComparison.Ordinal);

        var again = await Running.Until(() => service.Client.Set(first, "2"), static r => r.Status == 201);
        Assert.Equal(201, again.Status);
        Assert.Equal(Writers - refused.Length + 1, (await service.Client.List("default", "many")).Number("total"));
        Assert.Equal(200, (await service.Client.Health()).Status);
    }

    private static async Task<List<double>> Write(KvClient client, WriteOracle oracle, Place place, long begun)
    {
        var times = new List<double>();
        while (Stopwatch.GetElapsedTime(begun) < Duration)
        {
            var sent = oracle.BeginSet(place);
            var at = Stopwatch.GetTimestamp();
            var reply = await client.Set(place, WriteOracle.ValueOf(sent.Id));
            times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            oracle.End(place, sent, reply.Answer);
            Assert.Equal(201, reply.Status);
        }

        return times;
    }

    private static async Task<List<double>> Read(KvClient client, WriteOracle oracle, Place[] places, long begun, Random random)
    {
        var times = new List<double>();
        while (Stopwatch.GetElapsedTime(begun) < Duration)
        {
            var place = places[random.Next(places.Length)];
            var (readAt, at) = (oracle.Now(), Stopwatch.GetTimestamp());
            var reply = await client.Get(place);
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(1))
            {
                times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }

            Assert.Null(oracle.Read(place, reply.Status == 200 ? reply.Raw("value") : null, readAt));
        }

        return times;
    }

    private static double At(double[] times, double share) => times.Order().ElementAt((int)(share * (times.Length - 1)));
}
