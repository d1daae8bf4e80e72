using System.Diagnostics;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Cluster;

/// <summary>While a cluster's storage is away writes are refused at once and reads go on; all resumes by itself.</summary>
public sealed class OutageTests
{
    private readonly TestRows _rows = new();

    [Fact]
    public async Task Write_of_unknown_outcome_is_not_shown_until_it_is_known_and_all_resumes_by_itself()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        _rows.IsAway = true;

        var unknown = await collection.Do(Set("k", "2"));
        var refused = await collection.Do(Set("l", "3"));

        Assert.Equal(RefusalCode.Unavailable, unknown.Refusal!.Code);
        Assert.Contains("outcome is unknown", unknown.Refusal.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.Unavailable, refused.Refusal!.Code);
        Assert.Contains("nothing was written", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.Equal("1", await collection.Read("k"));
        Assert.NotNull(member.Status.WriteFault);
        Assert.All(
            new[] { unknown.Refusal.Message, refused.Refusal.Message, member.Status.WriteFault, (await Cold(member)).Message },
            static told => Assert.DoesNotContain("the storage is away", told, StringComparison.Ordinal));
        Assert.NotNull(Assert.Single(member.Status.Checks, static check => check.Name == "storage").Fault);
        var strong = await Assert.ThrowsAsync<RefusedException>(async () => await collection.GetStrong("k"));
        Assert.Equal(RefusalCode.Unavailable, strong.Refusal.Code);

        _rows.IsAway = false;
        await Until(async () => await collection.Read("k") == "2");
        await Until(async () => (await collection.Do(Set("l", "4"))).Refusal is null);
        Assert.Null(member.Status.WriteFault);
        await using var other = await TestMember.Start(_rows);
        Assert.Equal(("2", "4"), (await other.Collection("ns/c").Read("k"), await other.Collection("ns/c").Read("l")));
    }

    [Fact]
    public async Task Process_that_is_short_of_memory_tries_again_and_does_not_take_the_storage_for_away()
    {
        await using var member = await TestMember.Start(_rows);
        await member.Collection("ns/cold").Put("k", "1");
        await member.Collection("ns/warm").Put("k", "1");
        await using var other = await TestMember.Start(_rows);
        _rows.IsMemoryShort = true;

        Assert.Equal("1", await other.Collection("ns/cold").Read("k"));
        Assert.False(_rows.IsMemoryShort);
        Assert.Null(other.Status.WriteFault);
        Assert.Null((await other.Collection("ns/warm").Do(Set("k", "2"))).Refusal);

        _rows.IsMemoryShort = true;
        Assert.Null((await other.Collection("ns/warm").Do(Set("k", "3"))).Refusal);
        Assert.False(_rows.IsMemoryShort);
        Assert.Null(other.Status.WriteFault);
        Assert.Equal("3", await other.Collection("ns/warm").Read("k"));
    }

    [Fact]
    public async Task Write_whose_answer_was_lost_is_made_once()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        _rows.Forget();
        _rows.LosesNextAnswer = true;

        await collection.Do(Set("k", "2"));
        await Until(async () => await collection.Read("k") == "2");

        Assert.Equal(1, _rows.Writes.Count(static row => row.Collection == "ns/c"));
        await Until(async () => (await collection.Do(Set("k", "3"))).Refusal is null);
        Assert.Equal("3", await collection.Read("k"));
    }

    /// <summary>A second, and what a loaded machine adds to it.</summary>
    [Fact]
    public async Task Storage_that_hangs_refuses_writes_within_about_a_second_and_reads_go_on()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        var gate = new TaskCompletionSource();
        _rows.Gate = gate.Task;
        var started = Stopwatch.GetTimestamp();

        var unknown = await collection.Do(Set("k", "2"));
        var toldAfter = Stopwatch.GetElapsedTime(started);
        var refused = await collection.Do(Set("l", "3"));
        var cold = await member.Collection("ns/cold").Do(Set("k", "1"));

        Assert.Equal(RefusalCode.Unavailable, unknown.Refusal!.Code);
        Assert.InRange(toldAfter.TotalSeconds, 0.5, 3);
        Assert.Equal(RefusalCode.Unavailable, refused.Refusal!.Code);
        Assert.NotNull(cold.Refusal);
        Assert.Equal("1", await collection.Read("k"));
        gate.SetResult();
        await Until(async () => await collection.Read("k") == "2");
        await Until(async () => (await collection.Do(Set("l", "4"))).Refusal is null);
    }

    [Fact]
    public async Task Strong_read_is_refused_within_about_a_second_when_the_storage_hangs_and_plain_reads_go_on()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        var gate = new TaskCompletionSource();
        _rows.Gate = gate.Task;
        var started = Stopwatch.GetTimestamp();

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await collection.GetStrong("k"));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 3);
        Assert.Equal(RefusalCode.Unavailable, refused.Refusal.Code);
        Assert.Equal("1", await collection.Read("k"));
        gate.SetResult();
        await Until(async () => (await collection.Do(Set("k", "2"))).Refusal is null);
        Assert.Equal("2", System.Text.Encoding.UTF8.GetString((await collection.GetStrong("k"))!.Value.Span));
    }

    [Fact]
    public void No_more_waits_for_the_storage_than_may_but_what_is_alone_always_does()
    {
        var clock = new ServiceClock(0, TimeProvider.System, new TestMachineClock());
        var breaker = new StorageBreaker(_rows, clock, TaskScheduler.Default, NullLogger.Instance);
        var storage = new StorageDurability(
            new WriteBehindTarget("memory", _rows, isPrimary: true, TimeSpan.Zero), breaker, maxPendingBytes: 100, clock, TaskScheduler.Default);

        Assert.True(storage.TryTake(60));
        Assert.False(storage.TryTake(60));
        Assert.True(storage.TryTake(40));
        storage.Return(60);
        storage.Return(40);
        Assert.True(storage.TryTake(200));
        Assert.False(storage.TryTake(1));
    }

    [Fact]
    public async Task Storage_that_answers_reads_and_takes_no_writes_stays_away_until_it_takes_one()
    {
        await using var member = await TestMember.Start(_rows);
        var collection = member.Collection("ns/c");
        await collection.Put("k", "1");
        _rows.IsReadOnly = true;

        Assert.Equal(RefusalCode.Unavailable, (await collection.Do(Set("k", "2"))).Refusal!.Code);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2);)
        {
            Assert.NotNull(member.Status.WriteFault);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        _rows.IsReadOnly = false;
        await Until(async () => await collection.Read("k") == "2");
        await Until(() => Task.FromResult(member.Status.WriteFault is null));
    }

    [Fact]
    public async Task Row_that_is_refused_concerns_its_collection_alone()
    {
        await using var member = await TestMember.Start(_rows);
        await member.Collection("ns/c").Put("k", "1");
        await member.Collection("ns/d").Put("k", "1");
        _rows.Refused = "ns/c";

        Assert.Equal(RefusalCode.Unavailable, (await member.Collection("ns/c").Do(Set("k", "2"))).Refusal!.Code);
        Assert.Null((await member.Collection("ns/d").Do(Set("k", "2"))).Refusal);
        Assert.Null(member.Status.WriteFault);
        _rows.Refused = null;
        await Until(async () => await member.Collection("ns/c").Read("k") == "2");
    }

    [Fact]
    public async Task Storage_is_asked_no_more_at_once_than_it_has_connections_and_who_waits_for_one_is_told_when_it_is_away()
    {
        var clock = new ServiceClock(0, TimeProvider.System, new TestMachineClock());
        var breaker = new StorageBreaker(_rows, clock, TaskScheduler.Default, NullLogger.Instance);
        var rows = new GuardedRows(_rows, breaker, clock, new SemaphoreSlim(3));
        _rows.Latency = TimeSpan.FromMilliseconds(20);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Read()));
        Assert.Equal((3, 0), (_rows.MostAtOnce, breaker.Openings));

        var gate = new TaskCompletionSource();
        _rows.Gate = gate.Task;
        var asking = Enumerable.Range(0, 3).Select(_ => Read()).ToArray();
        var waiting = Read();
        await Assert.ThrowsAsync<IOException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.All(asking, static call => Assert.False(call.IsCompleted));
        gate.SetResult();
        await Task.WhenAll(asking);

        Task<StateRow> Read() => rows.Read("ns/c", RowName.Head, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Breaker_whose_log_is_broken_asks_the_storage_all_the_same()
    {
        var clock = new ServiceClock(0, TimeProvider.System, new TestMachineClock());
        var breaker = new StorageBreaker(_rows, clock, TaskScheduler.Default, new BrokenLog());

        Assert.Throws<IOException>(() => breaker.Failed("it is away", isWrite: false));

        await Until(() => Task.FromResult(_rows.Reads.Count > 0));
    }

    /// <summary>How a collection is refused that is not loaded.</summary>
    private static async Task<Refusal> Cold(TestMember member) =>
        (await Assert.ThrowsAsync<RefusedException>(async () => await member.Collection("ns/cold").Get("k"))).Refusal;


    private static Task Until(Func<Task<bool>> condition) => Eventually.Holds(condition, seconds: 20);

    private sealed class BrokenLog : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("No space left on device");
    }
}
