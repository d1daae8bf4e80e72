using System.Diagnostics;
using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Collections;

public sealed class DurabilityTests : IAsyncLifetime
{
    private readonly TestDevice _device = new() { Writes = new WritesOptions { TimeoutMs = 1_000 } };
    private TestSilo _silo = null!;

    private ICollectionGrain Users => _silo.Collection("app/users");

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task While_a_flush_hangs_reads_answer_at_once_with_what_is_durable()
    {
        await Users.Put("k", "1");
        await Users.Put("gone", "1");
        _silo.Disk.Hold();
        var writes = new[] { Users.Do(Set("k", "2")), Users.Do(Set("new", "2")), Users.Do(Delete("gone")) };
        await Task.Delay(50);
        Assert.All(writes, w => Assert.False(w.IsCompleted));

        // That they come back at all shows it: the flush hangs until it is let go.
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("1", await Users.Read("k"));
            Assert.Equal("1", await Users.Read("gone"));
            Assert.Null(await Users.Read("new"));
            Assert.Equal(["gone", "k"], (await Users.List(new ListQuery())).Keys);
            Assert.Equal(2, (await Users.Info()).KeyCount);
        }

        Assert.All(writes, w => Assert.False(w.IsCompleted));
        _silo.Disk.Release();
        Assert.All(await Task.WhenAll(writes), r => Assert.Null(r.Refusal));
        Assert.Equal("2", await Users.Read("k"));
        Assert.Equal(["k", "new"], (await Users.List(new ListQuery())).Keys);
    }

    [Fact]
    public async Task Refusal_judged_on_a_pending_write_waits_for_it()
    {
        await Users.Put("other", "1");
        _silo.Disk.Hold();
        var set = Users.Do(Set("k", "1"));
        await Task.Delay(50);
        var refused = Users.Do(Set("k", "2", PreconditionKind.Absent));
        var noSuchVersion = Users.Do(Set("k", "2", PreconditionKind.Version, 7));
        var known = Users.Do(Set("other", "2", PreconditionKind.Absent));
        Assert.Equal(RefusalCode.PreconditionFailed, (await known).Refusal?.Code);
        await Task.Delay(50);
        Assert.False(refused.IsCompleted);
        Assert.False(noSuchVersion.IsCompleted);

        _silo.Disk.Release();
        Assert.Null((await set).Refusal);
        Assert.Equal(RefusalCode.PreconditionFailed, (await refused).Refusal?.Code);
        Assert.Equal(RefusalCode.PreconditionFailed, (await noSuchVersion).Refusal?.Code);
    }

    [Fact]
    public async Task Delete_of_a_key_that_is_being_deleted_waits_for_that()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        var first = Users.Do(Delete("k"));
        await Task.Delay(50);
        var second = Users.Do(Delete("k"));
        await Task.Delay(50);
        Assert.False(second.IsCompleted);
        _silo.Disk.Release();
        Assert.True((await first).Existed);
        Assert.False((await second).Existed);
    }

    [Fact]
    public async Task Write_whose_flush_hangs_gets_a_timeout_and_shows_when_the_flush_ends()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        var refusal = (await Users.Do(Set("k", "2"))).Refusal;
        Assert.Equal(RefusalCode.Timeout, refusal?.Code);
        Assert.Contains("unknown", refusal!.Message, StringComparison.Ordinal);
        Assert.Contains($"within {_device.Writes.TimeoutMs} ms (Writes:TimeoutMs)", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("1", await Users.Read("k"));
        _silo.Disk.Release();
        await Users.Put("other", "1");
        Assert.Equal("2", await Users.Read("k"));
    }

    [Fact]
    public async Task Write_that_joins_others_late_has_its_whole_time_all_the_same()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        var flushed = Users.Do(Set("k", "2"));
        await Task.Delay(50);
        var first = Users.Do(Set("k", "3"));
        await Task.Delay(_device.Writes.TimeoutMs * 3 / 4);
        var clock = Stopwatch.StartNew();
        var late = Users.Do(Set("k", "4"));

        Assert.Equal(RefusalCode.Timeout, (await first).Refusal?.Code);
        Assert.Equal(RefusalCode.Timeout, (await late).Refusal?.Code);
        Assert.InRange(clock.ElapsedMilliseconds, _device.Writes.TimeoutMs * 9 / 10, 20_000);
        _silo.Disk.Release();
        await flushed;
    }

    [Fact]
    public async Task First_write_of_a_collection_whose_flush_hangs_gets_a_timeout_too()
    {
        _silo.Disk.Hold();
        var clock = Stopwatch.StartNew();
        Assert.Equal(RefusalCode.Timeout, (await Users.Do(Set("k", "1"))).Refusal?.Code);
        Assert.InRange(clock.ElapsedMilliseconds, 900, 20_000);
        _silo.Disk.Release();
        await Users.Put("k", "2");
        Assert.Equal("2", await Users.Read("k"));
    }

    [Fact]
    public async Task Failed_flush_rolls_back_what_was_pending_and_ends_writing()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        var first = Users.Do(Set("k", "2"));
        await Task.Delay(50);
        var second = Users.Do(false, Set("new", "2"), Delete("k"), Set("bad", "{"), Set("none", "1", PreconditionKind.Exists));
        var refused = Users.Do(Set("k", "3", PreconditionKind.Absent));
        await Task.Delay(50);
        _silo.Disk.FailFlushes = true;
        _silo.Disk.Release();

        var refusals = new[] { (await first).Refusal, (await second)[0].Refusal, (await second)[1].Refusal, (await refused).Refusal };
        Assert.All(refusals, r => Assert.Equal(RefusalCode.Unavailable, r?.Code));
        Assert.All(refusals, r => Assert.Contains("outcome is unknown", r!.Message, StringComparison.Ordinal));

        // What was known without the flush is said as it is.
        Assert.Equal(RefusalCode.InvalidBody, (await second)[2].Refusal?.Code);
        Assert.Equal(RefusalCode.PreconditionFailed, (await second)[3].Refusal?.Code);

        Assert.Equal("1", await Users.Read("k"));
        Assert.Null(await Users.Read("new"));
        Assert.Equal(1, (await Users.Info()).KeyCount);
        _silo.Disk.FailFlushes = false;
        var later = (await Users.Do(Set("k", "4"))).Refusal;
        Assert.Equal(RefusalCode.Unavailable, later?.Code);
        Assert.Contains("was not made", later!.Message, StringComparison.Ordinal);
        Assert.NotNull(_silo.Services.Status().WriteFault);

        // What was rolled back is not judged on either.
        Assert.Equal(RefusalCode.PreconditionFailed, (await Users.Do(Set("new", "3", PreconditionKind.Exists))).Refusal?.Code);
        Assert.Null((await Users.Do(Delete("new"))).Refusal);

        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        Assert.Null(_silo.Services.Status().WriteFault);
        await Users.Put("k", "5");
        Assert.Equal("5", await Users.Read("k"));
    }

    [Fact]
    public async Task Collection_deactivated_with_a_write_in_flight_has_it_when_it_is_back()
    {
        await Users.Put("k", "1");
        _silo.Disk.Hold();
        Assert.Equal(RefusalCode.Timeout, (await Users.Do(Set("k", "2"))).Refusal?.Code);
        await _silo.Deactivate();
        var read = Users.Read("k");
        await Task.Delay(100);
        Assert.False(read.IsCompleted, "the new activation must not answer before it knows what became of the write");
        _silo.Disk.Release();
        Assert.Equal("2", await read);
    }

    [Fact]
    public async Task Storage_that_is_away_keeps_saved_collections_out_and_new_ones_in()
    {
        await Users.Put("k", "1");
        await _silo.Control("app/users").Save(0);
        _silo.Journal.Trim(_silo.Journal.OwnerOf("app/users"), 1);

        // A journal that was never written before asks storage in any case: it may be a new card beside an old database.
        await _silo.DisposeAsync();
        _silo = await TestSilo.Start(_device);
        Assert.Equal(["app"], await _silo.Catalog.ListNamespaces());
        _device.Rows.IsAway = true;

        var refusal = (await Assert.ThrowsAsync<RefusedException>(async () => await Users.Get("k"))).Refusal;
        Assert.Equal(RefusalCode.Unavailable, refusal.Code);
        Assert.Equal(RefusalCode.Unavailable, (await Users.Do(Set("k", "2"))).Refusal?.Code);
        await _silo.Collection("app/new").Put("k", "1");
        Assert.Equal("1", await _silo.Collection("app/new").Read("k"));

        _device.Rows.IsAway = false;
        await Task.Delay(1_100);
        Assert.Equal("1", await Users.Read("k"));
    }

    [Fact]
    public async Task Storage_that_hangs_holds_a_call_no_longer_than_the_timeout()
    {
        await Users.Put("k", "1");
        await _silo.Control("app/users").Save(0);
        await _silo.Deactivate();
        var gate = new TaskCompletionSource();
        _device.Rows.Gate = gate.Task;
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAsync<RefusedException>(async () => await Users.Get("k"));
        Assert.InRange(clock.ElapsedMilliseconds, 900, 20_000);
        gate.SetResult();
        await Task.Delay(50);
        Assert.Equal("1", await Users.Read("k"));
    }

    [Fact]
    public async Task Storage_older_than_the_journal_knows_is_reported_and_sequences_go_on()
    {
        await Users.Put("k", "1");
        await _silo.Control("app/users").Save(0);
        _silo.Journal.Trim(_silo.Journal.OwnerOf("app/users"), 1);
        await _silo.DisposeAsync();
        _device.Rows.Lose();
        _silo = await TestSilo.Start(_device);
        Assert.Null(await Users.Read("k"));
        Assert.Contains(_silo.Services.Status().Warnings, w => w.Contains("app/users", StringComparison.Ordinal));
        await Users.Put("k", "2");
        Assert.Equal(2, _silo.Journal.OwnerOf("app/users").LastSequence);
    }

    [Fact]
    public async Task Saved_collection_and_its_tail_come_back_together()
    {
        await Users.Do(false, Set("a", "1"), Set("b", "1"), Set("c", "1"));
        var saved = await _silo.Control("app/users").Save(0);
        Assert.Equal(3, saved.Sequence);
        _silo.Journal.Trim(_silo.Journal.OwnerOf("app/users"), 3);
        await Users.Do(true, Set("b", "2"), Delete("c"), Set("d", "2"));
        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        Assert.Equal(["a", "b", "d"], (await Users.List(new ListQuery())).Keys);
        Assert.Equal("2", await Users.Read("b"));
        Assert.Equal(6, (await _silo.Control("app/users").Save(0)).Sequence);
    }

    [Fact]
    public async Task Info_of_a_saved_collection_reads_no_chunk()
    {
        await _silo.SaveAsChunks("app/users");
        var before = await Users.Info();
        await _silo.Deactivate();
        _device.Rows.Forget();
        var info = await Users.Info();
        Assert.Equal((before.KeyCount, before.Bytes, before.LastVersion), (info.KeyCount, info.Bytes, info.LastVersion));
        Assert.DoesNotContain(_device.Rows.Reads, r => r.Row.StartsWith('s'));
        Assert.Equal("1", await Users.Read("k7"));
        Assert.Contains(_device.Rows.Reads, r => r.Row.StartsWith('s'));
    }
}
