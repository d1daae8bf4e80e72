using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Local;

public sealed class LocalWriteTests : IAsyncLifetime
{
    private const string Key = "app/users";
    private readonly TestDevice _device = new() { Writes = new WritesOptions { TimeoutMs = 500 } };
    private TestSilo _silo = null!;

    private ICollectionGrain Users => _silo.Collection(Key);

    private ILocalCollection Here => _silo.Services.GetRequiredService<ILocalCollections>().Find(Key)!;

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Write_here_is_judged_and_durable_like_a_call()
    {
        var first = await Users.Put("k", "1");
        var set = await Do(Set("k", "2"));
        Assert.Equal((null, true), (set.Refusal, set.Existed));
        Assert.True(set.Version > first);
        Assert.Equal(RefusalCode.PreconditionFailed, (await Do(Set("k", "3", PreconditionKind.Version, first))).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidBody, (await Do(Set("k", "{"))).Refusal?.Code);
        Assert.Equal(RefusalCode.InvalidParams, (await Do(Set("", "1"))).Refusal?.Code);
        Assert.False((await Do(Delete("none"))).Existed);
        Assert.True((await Do(Set("new", "4"))).Version > set.Version);

        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        Assert.Equal(["2", "4"], [await Users.Read("k"), await Users.Read("new")]);
    }

    [Fact]
    public async Task What_takes_more_than_one_turn_is_for_the_grain()
    {
        await Users.Read("k");
        Assert.Null(await Here.Apply(Batch(Set("k", "1"))));
        await Users.Put("k", "1");
        Assert.NotNull(await Here.Apply(Batch(Set("k", "2"))));
        Assert.Null(await Here.Apply(Batch(Set("k", $"\"{new string('v', 20_000)}\""))));
        Assert.Null(await Here.Apply(Batch()));
        Assert.Equal("2", await Users.Read("k"));
    }

    [Fact]
    public async Task Writes_that_meet_share_a_flush_and_keep_their_order()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        var first = Do(Set("k", "0"));
        await Task.Delay(50);
        var flushes = _silo.Disk.Flushes;
        var writes = Enumerable.Range(1, 100).Select(i => Do(Set("k", $"{i}"))).ToArray();
        await Task.Delay(50);
        Assert.All(writes, static write => Assert.False(write.IsCompleted));
        Assert.Equal("1", await Users.Read("k"));

        _silo.Disk.Release();
        await first;
        var versions = Array.ConvertAll(await Task.WhenAll(writes), static result => result.Version);
        Assert.Equal(versions.Order(), versions);
        Assert.Equal("100", await Users.Read("k"));
        Assert.InRange(_silo.Disk.Flushes - flushes, 1, 3);
    }

    [Fact]
    public async Task Write_that_is_not_durable_in_time_is_told_so_and_those_after_it_are_not()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        var early = Do(Set("k", "2"));
        await Task.Delay(300);
        var late = Do(Set("k", "3"));
        Assert.Equal(RefusalCode.Timeout, (await early).Refusal?.Code);
        Assert.False(late.IsCompleted);

        _silo.Disk.Release();
        Assert.Null((await late).Refusal);
        Assert.Equal("3", await Users.Read("k"));
    }

    [Fact]
    public async Task Failed_flush_refuses_what_waits_for_it_and_what_comes_after()
    {
        await Users.Put("k", "1");
        _silo.Disk.FailFlushes = true;
        Assert.Equal(RefusalCode.Unavailable, (await Do(Set("k", "2"))).Refusal?.Code);
        Assert.Equal(RefusalCode.Unavailable, (await Do(Set("k", "3"))).Refusal?.Code);
        Assert.Equal("1", await Users.Read("k"));
    }

    [Fact]
    public async Task Activation_that_has_left_takes_no_write()
    {
        await Users.Put("k", "1");
        var left = Here;
        await _silo.Deactivate();
        Assert.Null(await left.Apply(Batch(Set("k", "2"))));
        Assert.Equal("1", await Users.Read("k"));
    }

    [Fact]
    public async Task Write_that_was_answered_is_in_nobodys_memory()
    {
        await Users.Put("k", "1");
        var batch = await Answered();

        // The timer of its deadline runs for as long as the call might have.
        for (var i = 0; batch.IsAlive && i < 10; i++)
        {
            await Task.Delay(10);
            GC.Collect();
        }

        Assert.False(batch.IsAlive);

        async Task<WeakReference> Answered()
        {
            var batch = Batch(Set("k", "2"));
            Assert.NotNull(await Here.Apply(batch));
            return new WeakReference(batch);
        }
    }

    [Fact]
    public async Task Writes_whose_turn_does_not_come_are_told_so_in_time_and_are_not_made_later()
    {
        var turns = new HeldTurns();
        var batches = new CollectionBatches(_silo.Services.GetRequiredService<CollectionServices>(), null!, null!, null!, null!, null!, CancellationToken.None);
        var writes = new LocalWrites(batches, turns);
        var early = writes.Apply(Batch(Set("k", "1"), Set("l", "1")));
        await Task.Delay(300);
        var late = writes.Apply(Batch(Set("k", "2")));

        Assert.All((await early)!, static result => Assert.Equal(RefusalCode.Timeout, result.Refusal?.Code));
        Assert.Equal(2, (await early)!.Length);
        Assert.False(late.IsCompleted);
        Assert.Equal(RefusalCode.Timeout, Assert.Single((await late)!).Refusal?.Code);
        turns.Run();
    }

    private static WriteBatch Batch(params Operation[] operations) => new() { Operations = operations };

    private async Task<WriteResult> Do(Operation operation) => Assert.Single((await Here.Apply(Batch(operation)))!);

    /// <summary>An activation that hangs, until it goes on.</summary>
    private sealed class HeldTurns : TaskScheduler
    {
        private readonly Queue<Task> _turns = [];

        public void Run()
        {
            while (_turns.TryDequeue(out var turn))
            {
                TryExecuteTask(turn);
            }
        }

        protected override void QueueTask(Task task) => _turns.Enqueue(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _turns;
    }
}
