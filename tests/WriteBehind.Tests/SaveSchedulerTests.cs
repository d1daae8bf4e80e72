using EdgeOrleans.Journal;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>When collections are saved, and when the journal may forget.</summary>
public sealed class SaveSchedulerTests
{
    private static readonly TimeSpan[] SaveAfter = [TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(3)];

    [Fact]
    public Task Changes_are_saved_after_some_minutes_made_durable_once_and_then_trimmed() => OneThread.Run(async thread =>
    {
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], SaveAfter);
        device.Run();
        Change(device, "ns/a");
        Change(device, "ns/b");
        device.Advance(TimeSpan.FromMinutes(4));
        Assert.Empty(rows.Calls);
        device.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["write ns/a d1", "write ns/b d1", "durable"], rows.Calls.Where(c => !c.StartsWith("read", StringComparison.Ordinal)));
        Assert.Empty(device.Journal.OwnersToSave(10));
        await device.AssertSaved(0);
    });

    [Fact]
    public Task Nothing_is_called_when_nothing_changed() => OneThread.Run(thread =>
    {
        var rows = new[] { new FaultyRows(new MemoryRows()), new FaultyRows(new MemoryRows()) };
        using var device = new Device(thread, rows, SaveAfter);
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromMinutes(6));
        Assert.NotEmpty(rows[1].Calls);
        rows[0].Calls.Clear();
        rows[1].Calls.Clear();
        for (var hour = 0; hour < 48; hour++)
        {
            device.Advance(TimeSpan.FromHours(1));
        }

        Assert.Empty(rows[0].Calls);
        Assert.Empty(rows[1].Calls);
        Assert.True(device.Scheduler.IsIdle);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Journal_is_not_trimmed_before_the_save_is_durable() => OneThread.Run(thread =>
    {
        var memory = new MemoryRows();
        var rows = new FaultyRows(memory);
        using var device = new Device(thread, [rows], SaveAfter);
        rows.FateOf = call => call == "durable" ? Fate.Fails : Fate.Works;
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromMinutes(6));
        Assert.Contains("durable", rows.Calls);
        Assert.Equal(0, device.Journal.OwnerOf("ns/a").TrimmedSequence);

        // The power goes while what was saved is in the log of the database alone: the journal has it.
        memory.CutPower(new Random(1));
        rows.FateOf = _ => Fate.Works;
        device.Start();
        device.Advance(TimeSpan.FromMinutes(6));
        device.AssertSound();
        Assert.Equal(1, device.Journal.OwnerOf("ns/a").TrimmedSequence);
        return device.AssertSaved(0);
    });

    [Fact]
    public Task Save_that_an_earlier_process_made_is_made_durable_before_the_journal_is_trimmed() => OneThread.Run(thread =>
    {
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], SaveAfter);
        rows.FateOf = call => call == "durable" ? Fate.Fails : Fate.Works;
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromMinutes(6));
        device.Start();
        rows.FateOf = _ => Fate.Works;
        rows.Calls.Clear();
        device.Run();
        Assert.DoesNotContain(rows.Calls, c => c.StartsWith("write", StringComparison.Ordinal));
        Assert.Single(rows.Calls, "durable");
        Assert.Equal(1, device.Journal.OwnerOf("ns/a").TrimmedSequence);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Save_to_a_storage_that_began_anew_does_not_trim_and_is_made_again() => OneThread.Run(async thread =>
    {
        var memory = new MemoryRows();
        var rows = new FaultyRows(memory);
        using var device = new Device(thread, [rows], SaveAfter);
        device.Run();
        rows.Delay = call =>
        {
            if (call == "durable" && memory.Epoch == 0)
            {
                // Nothing can be saved to the new one for a while.
                memory.Replace();
                rows.FateOf = later => later.StartsWith("write", StringComparison.Ordinal) ? Fate.Fails : Fate.Works;
            }

            return Task.CompletedTask;
        };
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromMinutes(6));
        device.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, device.Journal.OwnerOf("ns/a").TrimmedSequence);
        rows.FateOf = _ => Fate.Works;
        device.Advance(TimeSpan.FromMinutes(1));
        await device.AssertSaved(0);
        Assert.Equal(1, device.Journal.OwnerOf("ns/a").TrimmedSequence);
    });

    [Fact]
    public Task Collections_with_a_tail_are_saved_after_a_start() => OneThread.Run(async thread =>
    {
        using var device = new Device(thread, [new MemoryRows()], SaveAfter);
        device.Run();
        Change(device, "ns/a");
        Change(device, "ns/b");
        device.Start();
        device.Run();
        Assert.Empty(device.Journal.OwnersToSave(10));
        await device.AssertSaved(0);
    });

    [Fact]
    public Task Full_journal_makes_collections_be_saved_at_once() => OneThread.Run(thread =>
    {
        using var device = new Device(thread, [new MemoryRows()], SaveAfter);
        device.Run();
        for (var i = 0; i < 300; i++)
        {
            Assert.True(device.TryChange("ns/a", model => model.Set($"k{i % 7}", $"\"{new string('x', 5000)}\"")), $"{device.Journal.Pressure}");
            device.Run();
        }

        Assert.True(device.Journal.OwnerOf("ns/a").TrimmedSequence > 0);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Journal_that_fills_is_trimmed_before_sixty_four_slow_saves_have_returned() => OneThread.Run(thread =>
    {
        const int Collections = 60;
        var options = new JournalOptions { SegmentBytes = 64 * 1024, MaxBytes = 6 * 64 * 1024, MaxRecordBytes = 8 * 1024, ReserveBytes = 0 };
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], SaveAfter, journalOptions: options);
        device.Run();
        rows.Delay = call => call.StartsWith("write", StringComparison.Ordinal) ? Task.Delay(TimeSpan.FromMilliseconds(50), device.Time) : Task.CompletedTask;
        for (var i = 0; i < Collections; i++)
        {
            device.Models.Add($"many/{i}", new ModelCollection());
            Assert.True(device.TryChange($"many/{i}", static model => model.Set("k", $"\"{new string('x', 3000)}\"")));
        }

        for (var i = 0; i < 8; i++)
        {
            device.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(device.Journal.OwnersToSave(Collections).Count, 1, Collections - 8);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Writes_are_refused_when_storage_is_away_long_and_taken_again_when_it_is_back() => OneThread.Run(async thread =>
    {
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], SaveAfter);
        rows.FateOf = _ => Fate.Fails;
        for (var i = 0; device.TryChange("ns/a", model => model.Set($"k{i % 7}", $"\"{new string('x', 5000)}\"")); i++)
        {
            device.Advance(TimeSpan.FromSeconds(1));
            Assert.InRange(i, 0, 100);
        }

        rows.FateOf = _ => Fate.Works;
        device.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(device.Scheduler.Warnings);
        Assert.Empty(device.Journal.OwnersToSave(10));
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromMinutes(6));
        await device.AssertSaved(0);
    });

    [Fact]
    public Task Storage_that_hangs_gets_one_call_for_a_collection_and_it_is_never_repeated() => OneThread.Run(async thread =>
    {
        var rows = new[] { new FaultyRows(new MemoryRows()), new FaultyRows(new MemoryRows()) };
        using var device = new Device(thread, rows, SaveAfter);
        device.Run();
        var answer = new TaskCompletionSource();
        rows[1].Delay = _ => answer.Task;
        foreach (var key in device.Models.Keys)
        {
            Change(device, key);
        }

        for (var i = 0; i < 100; i++)
        {
            device.Advance(TimeSpan.FromMinutes(1));
            Change(device, "ns/a");
            if (i % 20 == 0)
            {
                device.Deactivate("ns/a");
            }
        }

        // The primary goes on and trims meanwhile.
        Assert.All(rows[1].Calls.GroupBy(c => c), calls => Assert.Single(calls));
        Assert.InRange(rows[1].MostInFlight, 1, 2);
        Assert.InRange(device.Journal.OwnerOf("ns/a").TrimmedSequence, 90, 102);
        answer.SetResult();
        device.Advance(TimeSpan.FromMinutes(10));
        device.Advance(TimeSpan.FromMinutes(1));
        await device.AssertSaved(0);
        await device.AssertSaved(1);
    });

    [Fact]
    public Task One_collection_whose_save_hangs_does_not_keep_the_others_from_being_trimmed() => OneThread.Run(thread =>
    {
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], SaveAfter);
        device.Run();
        rows.Delay = call => call.Contains("ns/a", StringComparison.Ordinal) ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        foreach (var key in device.Models.Keys)
        {
            Change(device, key);
        }

        device.Advance(TimeSpan.FromMinutes(6));
        device.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["ns/a"], device.Journal.OwnersToSave(10).Select(owner => owner.Key));
        return Task.CompletedTask;
    });

    [Fact]
    public Task Everything_is_saved_when_asked_for_and_a_failing_target_is_tried_once() => OneThread.Run(async thread =>
    {
        var rows = new[] { new FaultyRows(new MemoryRows()), new FaultyRows(new MemoryRows()) };
        using var device = new Device(thread, rows, SaveAfter);
        device.Run();
        Change(device, "ns/a");
        Change(device, "ns/b");
        rows[1].FateOf = _ => Fate.Fails;
        device.Scheduler.RequestAll();
        Assert.False(device.Scheduler.IsIdle);
        device.Run();
        Assert.True(device.Scheduler.IsIdle);
        Assert.Empty(device.Journal.OwnersToSave(10));
        await device.AssertSaved(0);
        rows[1].FateOf = _ => Fate.Works;
        device.Scheduler.RequestAll();
        device.Run();
        await device.AssertSaved(1);
    });

    [Fact]
    public Task One_collection_that_cannot_be_saved_holds_up_no_other_and_is_named() => OneThread.Run(async thread =>
    {
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], SaveAfter);
        device.Run();
        rows.FateOf = call => call.Contains("ns/a", StringComparison.Ordinal) ? Fate.Fails : Fate.Works;
        for (var i = 0; i < 100; i++)
        {
            Change(device, "ns/a");
            Change(device, "ns/b");
            device.Advance(TimeSpan.FromMinutes(3));
        }

        Assert.InRange(device.Journal.OwnerOf("ns/b").TrimmedSequence, 98, 100);
        Assert.StartsWith("collection 'ns/a' could not be saved to 'target 0' since 2026-11-01 00:0", Assert.Single(device.Scheduler.Warnings), StringComparison.Ordinal);
        rows.FateOf = _ => Fate.Works;
        device.Advance(TimeSpan.FromMinutes(6));
        Assert.Empty(device.Scheduler.Warnings);
        await device.AssertSaved(0);
    });

    [Fact]
    public Task Loaded_collections_are_saved_whole_again_when_the_storage_begins_anew() => OneThread.Run(async thread =>
    {
        var rows = new MemoryRows();
        using var device = new Device(thread, [rows], SaveAfter);
        foreach (var key in device.Models.Keys)
        {
            Change(device, key);
        }

        device.Advance(TimeSpan.FromMinutes(6));
        Assert.Empty(device.Journal.OwnersToSave(10));
        rows.Replace();
        device.Advance(TimeSpan.FromSeconds(1));
        device.Advance(TimeSpan.FromSeconds(31));
        await device.AssertSaved(0);
    });

    private static void Change(Device device, string key) =>
        Assert.True(device.TryChange(key, model => model.Set($"k{model.Sequence % 9}", $"{model.Sequence}")), $"{device.Journal.Pressure}");
}
