using System.Text;
using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Grains.Tests.Catalog;

/// <summary>The catalog alone, with collections whose answers a test decides one by one.</summary>
public sealed class CollectionCatalogTests
{
    private readonly AnsweringCollections _collections = new();
    private TimeSpan _timeout = TimeSpan.FromSeconds(5);

    [Fact]
    public Task Registration_under_way_while_a_delete_is_tried_again_keeps_its_collection_listed() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x");
        _collections.AnswerWrite = batch => batch.Operations[0].Kind == OperationKind.Delete
            ? Task.FromResult<Refusal?>(new Refusal(RefusalCode.Unavailable, "not now"))
            : Task.FromResult<Refusal?>(null);
        Assert.Equal(RefusalCode.Unavailable, (await catalog.DeleteNamespace("a"))?.Code);

        // Whether the collection is still on the list is not known now, so it is put there again: that takes a while.
        var listed = new TaskCompletionSource<Refusal?>();
        _collections.AnswerWrite = batch => batch.Operations[0].Key == "c/a/x" && batch.Operations[0].Kind == OperationKind.Set
            ? listed.Task
            : Task.FromResult<Refusal?>(null);
        var register = catalog.Register("a/x");
        var writes = await CountOf(1, () => _collections.Written.Count(o => o is { Kind: OperationKind.Set, Key: "c/a/x" }));
        var delete = catalog.DeleteNamespace("a");
        await Task.Delay(50);
        Assert.False(delete.IsCompleted);
        listed.SetResult(null);
        Assert.Null(await register);
        Assert.Equal(1, writes);

        // The delete that was left over leaves it on the list. The second, begun after the registration was, is free to take it off.
        Assert.Null(await delete);
        var after = _collections.Written.SkipWhile(o => o is not { Kind: OperationKind.Set, Key: "c/a/x" }).ToList();
        var done = after.FindIndex(o => o.Kind == OperationKind.Delete && o.Key.StartsWith("d/", StringComparison.Ordinal));
        Assert.True(done >= 0, "the left-over intent must be forgotten");
        Assert.DoesNotContain(after.Take(done), o => o is { Kind: OperationKind.Delete, Key: "c/a/x" });
    });

    [Fact]
    public Task Registration_during_a_removal_waits_for_it_and_is_written_anew() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x");
        var removed = new TaskCompletionSource<Refusal?>();
        _collections.AnswerWrite = batch => batch.Operations[0] is { Kind: OperationKind.Delete, Key: "c/a/x" }
            ? removed.Task
            : Task.FromResult<Refusal?>(null);
        var delete = catalog.DeleteNamespace("a");
        await CountOf(1, () => _collections.Written.Count(o => o is { Kind: OperationKind.Delete, Key: "c/a/x" }));
        var register = catalog.Register("a/x");
        await Task.Delay(50);
        Assert.False(register.IsCompleted);
        removed.SetResult(null);
        Assert.Null(await delete);
        Assert.Null(await register);
        Assert.Equal(["x"], await catalog.ListCollections("a"));
        Assert.Equal("c/a/x", _collections.Written[^1].Key);
    });

    [Fact]
    public Task Collection_that_a_clear_leaves_something_in_stays_listed() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x");
        _collections.IsEmptyAfterClear = false;
        Assert.Null(await catalog.DeleteNamespace("a"));
        Assert.Equal(["x"], await catalog.ListCollections("a"));
        _collections.IsEmptyAfterClear = true;
        Assert.Null(await catalog.DeleteNamespace("a"));
        Assert.Empty(await catalog.ListNamespaces());
    });

    [Fact]
    public Task Delete_that_was_answered_before_its_bound_was_set_is_given_up() => InTurns(async () =>
    {
        // Seeds 1611, 3814 and others of the simulated service: it deleted what was written after its time-out.
        _timeout = TimeSpan.FromMilliseconds(50);
        var catalog = NewCatalog("c/a/x");
        var fenced = new TaskCompletionSource();
        _collections.BeforeFence = fenced.Task;
        Assert.Equal(RefusalCode.Timeout, (await catalog.DeleteNamespace("a"))?.Code);
        fenced.SetResult();
        await Task.Delay(100);
        Assert.Empty(_collections.Written);
        Assert.Equal(["x"], await catalog.ListCollections("a"));
    });

    [Fact]
    public Task Delete_waits_for_a_registration_that_began_before_it() => InTurns(async () =>
    {
        // Seed 6100 of the simulated service: 200, and the collection was listed a moment later.
        var catalog = NewCatalog();
        var listed = new TaskCompletionSource<Refusal?>();
        _collections.AnswerWrite = batch => batch.Operations[0].Kind == OperationKind.Set && batch.Operations[0].Key == "c/a/x"
            ? listed.Task
            : Task.FromResult<Refusal?>(null);
        var register = catalog.Register("a/x");
        await CountOf(1, () => _collections.Written.Count);
        var delete = catalog.DeleteCollection("a", "x");
        await Task.Delay(50);
        Assert.False(delete.IsCompleted);
        listed.SetResult(null);
        Assert.Null(await register);
        Assert.Null(await delete);
        Assert.Empty(await catalog.ListNamespaces());
        Assert.Contains(_collections.Written, o => o is { Kind: OperationKind.Delete, Key: "c/a/x" });
    });

    /// <summary>Seed 4711 of the kill rounds, round 119: told BACKLOG_FULL, the client took it for undone, and a restart did it.</summary>
    [Fact]
    public Task Delete_that_is_written_down_is_not_said_to_be_refused_when_a_collection_cannot_be_cleared_now() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x");
        _collections.ClearRefusal = new Refusal(RefusalCode.BacklogFull, "the journal is full");
        var left = await catalog.DeleteNamespace("a");
        Assert.Equal(RefusalCode.Unavailable, left?.Code);
        Assert.Contains("the journal is full", left!.Message, StringComparison.Ordinal);
        _collections.ClearRefusal = null;
        Assert.Null(await catalog.DeleteNamespace("a"));
    });

    [Fact]
    public Task Delete_of_what_may_be_listed_is_not_taken_for_done() => InTurns(async () =>
    {
        // Seed 25122 of the simulated service: the registration's flush had failed, and a restart found it.
        var catalog = NewCatalog();
        _collections.AnswerWrite = _ => Task.FromResult<Refusal?>(new Refusal(RefusalCode.Unavailable, "the flush failed"));
        Assert.Equal(RefusalCode.Unavailable, (await catalog.Register("a/x"))?.Code);
        Assert.Equal(RefusalCode.Unavailable, (await catalog.DeleteNamespace("a"))?.Code);
        Assert.Null(await catalog.DeleteNamespace("b"));
    });

    [Fact]
    public Task Delete_of_what_may_be_listed_because_the_call_was_given_up_is_not_taken_for_done() => InTurns(async () =>
    {
        var catalog = NewCatalog();
        _collections.AnswerWrite = _ => throw new TimeoutException("no response");
        await Assert.ThrowsAsync<TimeoutException>(() => catalog.Register("a/x"));
        Assert.Equal(RefusalCode.Unavailable, (await catalog.DeleteNamespace("a"))?.Code);
    });

    [Fact]
    public Task Catalog_that_has_left_tries_no_delete_again() => InTurns(async () =>
    {
        _collections.Values = [Encoding.UTF8.GetBytes("{}"), Encoding.UTF8.GetBytes("{\"bounds\":{\"x\":7}}")];
        _collections.ClearRefusal = new Refusal(RefusalCode.Unavailable, "not now");
        using var left = new CancellationTokenSource();
        var catalog = NewCatalog(left.Token, "c/a/x", "d/a/0000");
        Assert.Null(await catalog.Open());
        var tries = await CountOf(2, () => _collections.Clears);
        await left.CancelAsync();
        await Task.Delay(3000);
        Assert.Equal(tries, _collections.Clears);
    });

    [Fact]
    public Task Delete_found_at_start_is_carried_out_before_its_namespace_is_shown() => InTurns(async () =>
    {
        _collections.Values = [Encoding.UTF8.GetBytes("{}"), Encoding.UTF8.GetBytes("{\"bounds\":{\"x\":7}}")];
        var catalog = NewCatalog("c/a/x", "d/a/0000");
        Assert.True((await catalog.Find("a/x")).IsClearing);
        Assert.Empty(await catalog.ListNamespaces());
        Assert.False((await catalog.Find("a/x")).IsClearing);
    });

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(3, 2, true)]
    public Task Collection_registered_after_its_delete_was_written_down_stays_listed_over_a_restart(long listed, long intent, bool stays) =>
        InTurns(async () =>
        {
            // Seed 120419 of the simulated service.
            _collections.Values = [Encoding.UTF8.GetBytes("{}"), Encoding.UTF8.GetBytes("{\"bounds\":{\"x\":7}}")];
            _collections.Versions = [listed, intent];
            Assert.Equal(stays ? ["a"] : [], await NewCatalog("c/a/x", "d/a/0000").ListNamespaces());
        });

    [Fact]
    public Task Registration_during_a_delete_that_is_written_down_is_written_anew() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x");
        var cleared = new TaskCompletionSource();
        _collections.BeforeClear = cleared.Task;
        var delete = catalog.DeleteNamespace("a");
        await CountOf(1, () => _collections.Written.Count);
        await Task.Delay(20);
        Assert.Null(await catalog.Register("a/x"));
        Assert.Equal("c/a/x", _collections.Written[^1].Key);
        var written = _collections.Written.Count;
        Assert.Null(await catalog.Register("a/x"));
        Assert.Equal(written, _collections.Written.Count);
        cleared.SetResult();
        Assert.Null(await delete);
        Assert.Equal(["x"], await catalog.ListCollections("a"));
    });

    [Fact]
    public Task Collection_found_while_it_is_deleted_learns_the_bound() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x", "c/b/y");
        var intended = new TaskCompletionSource<Refusal?>();
        _collections.AnswerWrite = _ => intended.Task;
        var delete = catalog.DeleteNamespace("a");
        await CountOf(1, () => _collections.Written.Count);
        var standing = await catalog.Find("a/x");
        Assert.True(standing.IsListed);
        Assert.Equal(AnsweringCollections.Version, standing.ClearedThrough);
        Assert.Equal(0, (await catalog.Find("b/y")).ClearedThrough);
        intended.SetResult(null);
        Assert.Null(await delete);
        Assert.False((await catalog.Find("a/x")).IsListed);
    });

    [Fact]
    public Task Catalog_that_cannot_be_read_refuses_and_is_read_again() => InTurns(async () =>
    {
        var catalog = NewCatalog("c/a/x");
        _collections.ReadRefusal = new Refusal(RefusalCode.Unavailable, "not now");
        Assert.Equal(RefusalCode.Unavailable, (await catalog.Find("a/x")).Refusal?.Code);
        Assert.Equal(RefusalCode.Unavailable, (await catalog.Register("a/y"))?.Code);
        Assert.Equal(RefusalCode.Unavailable, (await catalog.DeleteNamespace("a"))?.Code);
        await Assert.ThrowsAsync<RefusedException>(catalog.ListNamespaces);
        _collections.ReadRefusal = null;
        Assert.Equal(["a"], await catalog.ListNamespaces());
    });

    /// <summary>One turn at a time, as a grain's scheduler has it.</summary>
    private static Task InTurns(Func<Task> test) => Task.Factory.StartNew(
        test, CancellationToken.None, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    private CollectionCatalog NewCatalog(params string[] keys) => NewCatalog(CancellationToken.None, keys);

    private CollectionCatalog NewCatalog(CancellationToken left, params string[] keys)
    {
        _collections.Keys = keys;
        return new CollectionCatalog(
            _collections, new LimitsOptions(), new ServiceClock(0, TimeProvider.System, new TestMachineClock()), _timeout, left);
    }

    private static async Task<int> CountOf(int wanted, Func<int> count)
    {
        for (var i = 0; count() < wanted; i++)
        {
            Assert.True(i < 500, "not so after 5 s");
            await Task.Delay(10);
        }

        return count();
    }

    private sealed class AnsweringCollections : ICollections
    {
        public const long Version = 4_000_000_000_000_000;

        public string[] Keys { get; set; } = [];

        public Refusal? ReadRefusal { get; set; }

        public Func<WriteBatch, Task<Refusal?>> AnswerWrite { get; set; } = _ => Task.FromResult<Refusal?>(null);

        public List<Operation> Written { get; } = [];

        public bool IsEmptyAfterClear { get; set; } = true;

        public Refusal? ClearRefusal { get; set; }

        public int Clears { get; private set; }

        public Task BeforeFence { get; set; } = Task.CompletedTask;

        /// <summary>The values of <see cref="Keys"/>; an empty object each unless set.</summary>
        public ReadOnlyMemory<byte>[]? Values { get; set; }

        /// <summary>The versions of <see cref="Keys"/>; 0 each unless set.</summary>
        public long[]? Versions { get; set; }

        public async Task<VersionAnswer> Fence(string collectionKey, long atLeast)
        {
            await BeforeFence;
            return new VersionAnswer(null, Version);
        }

        public Task BeforeClear { get; set; } = Task.CompletedTask;

        public async Task<ClearAnswer> Clear(string collectionKey, long bound)
        {
            Clears++;
            await BeforeClear;
            return new ClearAnswer(ClearRefusal, IsEmptyAfterClear);
        }

        public Task<CollectionInfo> Info(string collectionKey) => Task.FromResult(new CollectionInfo(0, 0, 0));

        public Task<SystemEntries> ReadSystem() => Task.FromResult(
            new SystemEntries(ReadRefusal, Keys, Values ?? Array.ConvertAll(Keys, _ => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes("{}"))), Versions ?? new long[Keys.Length]));

        public async Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims)
        {
            Written.AddRange(batch.Operations);
            var refusal = await AnswerWrite(batch);
            return Array.ConvertAll(batch.Operations, _ => new WriteResult(refusal, 0, false));
        }
    }
}
