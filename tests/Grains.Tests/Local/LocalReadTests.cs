using System.Runtime.InteropServices;
using System.Text;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Local;

public sealed class LocalReadTests : IAsyncLifetime
{
    private const string Key = "app/users";
    private readonly TestDevice _device = new() { Writes = new WritesOptions { TimeoutMs = 500 } };
    private TestSilo _silo = null!;

    private ICollectionGrain Users => _silo.Collection(Key);

    private LocalCollections Local => _silo.Services.GetRequiredService<LocalCollections>();

    private ILocalCollection Here => Local.Find(Key)!;

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Collection_is_read_here_once_its_grain_was()
    {
        Assert.Null(Local.Find(Key));
        await _silo.Control(Key).Save(0);
        Assert.Equal(LocalRead.AskGrain, Here.Read("k", out _));

        await Users.Put("k", "1");
        var entry = await Users.Get("k");
        Assert.Equal(LocalRead.Found, Here.Read("k", out var here));
        Assert.Equal(("1", entry!.Version), (Text(here), here.Version));
        Assert.Equal(LocalRead.Absent, Here.Read("none", out _));

        await Users.Put("k", "2");
        await Users.Do(Delete("none"));
        await Users.Put("später", "3");
        Assert.Equal(["2", "3"], [Read("k"), Read("später")]);
        await Users.Do(Delete("k"));
        Assert.Null(Read("k"));
    }

    [Fact]
    public async Task Who_keeps_it_does_not_keep_a_collection_that_has_left_in_memory()
    {
        // Writes may take longer than this test waits: what watches over their time must not keep it either.
        using var device = new TestDevice { Writes = new WritesOptions { TimeoutMs = 9_000 } };
        await using var silo = await TestSilo.Start(device);
        await silo.Collection(Key).Put("k", "1");
        await silo.Collection(Key).Get("k");
        var kept = silo.Services.GetRequiredService<LocalCollections>().Find(Key)!;
        Assert.NotNull(await kept.Apply(new WriteBatch { Operations = [Set("other", "1")] }));
        var value = ValueOf(kept, "k");
        await silo.Deactivate();

        for (var i = 0; i < 100 && value.IsAlive; i++)
        {
            await Task.Delay(20);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(value.IsAlive);
        Assert.Equal(LocalRead.AskGrain, kept.Read("k", out _));
    }

    [Fact]
    public async Task While_a_flush_hangs_what_is_durable_is_read()
    {
        await Users.Put("k", "1");
        await Users.Read("k");
        _silo.Disk.Hold();
        var write = Users.Do(Set("k", "2"));
        await Task.Delay(50);
        Assert.Equal("1", Read("k"));

        _silo.Disk.Release();
        Assert.Null((await write).Refusal);
        Assert.Equal("2", Read("k"));
    }

    [Fact]
    public async Task Write_that_nobody_waits_for_any_more_is_read_as_soon_as_it_is_durable()
    {
        await Users.Put("k", "1");
        await Users.Read("k");
        _silo.Disk.Hold();
        Assert.Equal(RefusalCode.Timeout, (await Users.Do(Set("k", "2"))).Refusal?.Code);
        Assert.Equal("1", Read("k"));

        var durable = _silo.Journal.DurablePosition;
        _silo.Disk.Release();
        await Eventually.Holds(() => Task.FromResult(_silo.Journal.DurablePosition != durable));

        Assert.Equal(LocalRead.AskGrain, Here.Read("k", out _));
        Assert.Equal("2", await Users.Read("k"));
        Assert.Equal("2", Read("k"));
    }

    [Fact]
    public async Task After_a_failed_flush_what_was_durable_is_read()
    {
        await Users.Put("k", "1");
        await Users.Read("k");
        _silo.Disk.FailFlushes = true;
        Assert.NotNull((await Users.Do(Set("k", "2"))).Refusal);
        Assert.Equal("1", Read("k"));
    }

    [Fact]
    public async Task Activation_that_has_left_is_not_read()
    {
        await Users.Put("k", "1");
        await Users.Read("k");
        var left = Here;
        Assert.Equal(LocalRead.Found, left.Read("k", out _));

        await _silo.Deactivate();
        Assert.Null(Local.Find(Key));
        Assert.Equal(LocalRead.AskGrain, left.Read("k", out _));

        await Users.Read("k");
        Assert.Equal("1", Read("k"));
        Assert.Equal(LocalRead.AskGrain, left.Read("k", out _));
    }

    [Fact]
    public async Task Activation_whose_rows_somebody_else_writes_is_not_read()
    {
        await Users.Put("k", "1");
        await Users.Read("k");
        var conflicting = Here;
        Assert.Equal(LocalRead.Found, conflicting.Read("k", out _));

        _device.Rows.IsWrittenByOthers = true;
        await _silo.Control(Key).Save(0);
        Assert.Equal(LocalRead.AskGrain, conflicting.Read("k", out _));
    }

    [Fact]
    public void New_activation_ends_the_reads_of_the_one_before()
    {
        var entries = new CollectionEntries();
        var resident = new ResidentCollections(1_000_000, TimeProvider.System).Enter(static () => { });
        var before = Local.Enter("other");
        before.Open(null!, entries, Commits(entries), resident);
        Assert.Equal(LocalRead.Absent, before.Read("k", out _));

        var after = Local.Enter("other");
        Assert.Equal(LocalRead.AskGrain, before.Read("k", out _));
        before.Open(null!, entries, Commits(entries), resident);
        Assert.Equal(LocalRead.AskGrain, before.Read("k", out _));

        Local.Leave("other", before);
        Assert.Same(after, Local.Find("other"));
    }

    [Fact]
    public void Collection_in_use_is_called_now_and_then()
    {
        var clock = new MovedClock();
        var entries = new CollectionEntries();
        var residents = new ResidentCollections(1_000_000, TimeProvider.System);
        var resident = residents.Enter(static () => { });
        var collection = new LocalCollections(clock).Enter(Key);
        collection.Open(null!, entries, Commits(entries), resident);
        Assert.Equal(0, resident.LastUsed);
        Assert.Equal(LocalRead.Absent, collection.Read("k", out _));
        Assert.NotEqual(0, resident.LastUsed);

        clock.Moved = TimeSpan.FromMinutes(1);
        Assert.Equal(LocalRead.AskGrain, collection.Read("k", out _));
        collection.Open(null!, entries, Commits(entries), resident);
        Assert.Equal(LocalRead.Absent, collection.Read("k", out _));
    }

    private JournalCommits Commits(CollectionEntries entries) => new(_silo.Journal, _silo.Journal.OwnerOf("other"), entries);

    private string? Read(string key)
    {
        var read = Here.Read(key, out var entry);
        Assert.NotEqual(LocalRead.AskGrain, read);
        return read == LocalRead.Found ? Text(entry) : null;
    }

    private static string Text(LocalEntry entry) => Encoding.UTF8.GetString(entry.Value.Span);

    private sealed class MovedClock : TimeProvider
    {
        public TimeSpan Moved { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Moved.TotalSeconds * TimestampFrequency);
    }

    private static WeakReference ValueOf(ILocalCollection here, string key)
    {
        Assert.Equal(LocalRead.Found, here.Read(key, out var entry));
        Assert.True(MemoryMarshal.TryGetArray(entry.Value, out var array));
        return new WeakReference(array.Array);
    }
}
