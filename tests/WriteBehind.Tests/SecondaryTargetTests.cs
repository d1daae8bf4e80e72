namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>What a secondary target gets, and when: soon, after a month, after a restart, and never when it knows more.</summary>
public sealed class SecondaryTargetTests
{
    private static readonly TimeSpan[] SaveAfter = [TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(3)];

    [Fact]
    public Task Secondary_is_saved_every_few_seconds_and_trims_nothing() => OneThread.Run(async thread =>
    {
        var rows = new[] { new FaultyRows(new MemoryRows()), new FaultyRows(new MemoryRows()) };
        using var device = new Device(thread, rows, SaveAfter);
        device.Run();
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromSeconds(1));
        device.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(["write ns/a d1"], rows[1].Calls.Where(c => c.StartsWith("write", StringComparison.Ordinal)));
        Assert.DoesNotContain(rows[0].Calls, c => c.StartsWith("write", StringComparison.Ordinal));
        Assert.DoesNotContain("durable", rows[1].Calls);
        Assert.Equal(0, device.Journal.OwnerOf("ns/a").TrimmedSequence);
        Assert.Equal("ns/a", Assert.Single(device.Journal.OwnersToSave(10)).Key);
        await device.AssertSaved(1);
    });

    [Fact]
    public Task Secondary_away_for_a_month_is_exact_when_it_is_back_and_the_journal_stays_small() => OneThread.Run(async thread =>
    {
        var rows = new[] { new FaultyRows(new MemoryRows()), new FaultyRows(new MemoryRows()) };
        using var device = new Device(thread, rows, SaveAfter);
        var random = new Random(11);
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromSeconds(1));
        device.Advance(TimeSpan.FromMinutes(6));
        rows[1].FateOf = _ => Fate.Fails;
        for (var day = 0; day < 30; day++)
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.True(device.TryChange($"ns/{"abc"[random.Next(3)]}", model => model.Change(random)));
                device.Advance(TimeSpan.FromMinutes(14));
            }

            Assert.InRange(device.Journal.Pressure.HeldBytes, 0, 3 * 64 * 1024);
        }

        Assert.Contains("storage 'target 1' has taken no saves since", Assert.Single(device.Scheduler.Warnings), StringComparison.Ordinal);

        // Tried for ever, but not all the time.
        rows[1].Calls.Clear();
        device.Advance(TimeSpan.FromSeconds(15));
        for (var i = 0; i < 60; i++)
        {
            device.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(rows[1].Calls.Count, 1, 6);

        rows[1].FateOf = _ => Fate.Works;
        device.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(device.Scheduler.Warnings);
        await device.AssertSaved(0);
        await device.AssertSaved(1);
    });

    /// <summary>A card was cloned, or an old copy restored: the site knows what this device does not.</summary>
    [Fact]
    public Task Secondary_that_is_ahead_is_left_alone_and_named() => OneThread.Run(async thread =>
    {
        var site = new MemoryRows();
        using (var first = new Device(thread, [new MemoryRows(), site], SaveAfter))
        {
            for (var i = 0; i < 5; i++)
            {
                Change(first, "ns/a");
            }

            first.Advance(TimeSpan.FromMinutes(6));
            await first.AssertSaved(1);
        }

        var rows = new FaultyRows(site);
        using var second = new Device(thread, [new MemoryRows(), rows], SaveAfter);
        second.Run();
        Change(second, "ns/a");
        second.Advance(TimeSpan.FromMinutes(6));
        for (var i = 0; i < 10; i++)
        {
            Change(second, "ns/a");
            second.Advance(TimeSpan.FromMinutes(6));
        }

        Assert.DoesNotContain(rows.Calls, c => c.StartsWith("write", StringComparison.Ordinal));
        Assert.Equal("target 'target 1' holds collection 'ns/a' up to change 5, but this device knows 0 only", Assert.Single(second.Scheduler.Warnings));
        await second.AssertSaved(0);

        // It has overtaken the site by now, and has lost all the same what the site has: not forgotten over a restart.
        Change(second, "ns/a");
        second.Start();
        Change(second, "ns/a");
        second.Advance(TimeSpan.FromMinutes(6));
        second.Advance(TimeSpan.FromMinutes(6));
        Assert.DoesNotContain(rows.Calls, c => c.StartsWith("write", StringComparison.Ordinal));
        Assert.Equal("target 'target 1' holds of collection 'ns/a' what this device did not know when they were first compared", Assert.Single(second.Scheduler.Warnings));
    });

    /// <summary>The site was away, the primary has everything and the journal nothing, then the process ended: only a comparison shows what the site lacks.</summary>
    [Fact]
    public Task Secondary_that_lagged_when_the_process_died_gets_everything_after_the_restart_without_a_change() => OneThread.Run(async thread =>
    {
        var rows = new[] { new FaultyRows(new MemoryRows()), new FaultyRows(new MemoryRows()) };
        using var device = new Device(thread, rows, SaveAfter);
        device.Run();
        Change(device, "ns/a");
        device.Advance(TimeSpan.FromSeconds(1));
        device.Advance(TimeSpan.FromMinutes(6));
        rows[1].FateOf = _ => Fate.Fails;
        Change(device, "ns/a");
        Change(device, "ns/b");
        device.Advance(TimeSpan.FromMinutes(6));
        Assert.Empty(device.Journal.OwnersToSave(10));

        device.Start();
        device.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["ns/a", "ns/b"], Assert.Single(device.Scheduler.Secondaries).Waiting.Keys.Order());
        rows[1].FateOf = _ => Fate.Works;
        rows[1].Calls.Clear();
        device.Advance(TimeSpan.FromMinutes(1));
        device.Advance(TimeSpan.FromMinutes(1));
        await device.AssertSaved(1);
        Assert.Equal(["write ns/a d2", "write ns/b d1"], rows[1].Calls.Where(c => c.StartsWith("write", StringComparison.Ordinal)).Order());
        Assert.Empty(Assert.Single(device.Scheduler.Secondaries).Waiting);

        // What it has is not written again.
        device.Start();
        rows[1].Calls.Clear();
        device.Advance(TimeSpan.FromMinutes(6));
        device.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("list", rows[1].Calls.First());
        Assert.DoesNotContain(rows[1].Calls, c => c.StartsWith("write", StringComparison.Ordinal));
    });

    /// <summary>The site's database was lost or put back to an older state while the device runs.</summary>
    [Fact]
    public Task Secondary_that_begins_anew_gets_collections_that_do_not_change() => OneThread.Run(async thread =>
    {
        var site = new MemoryRows();
        using var device = new Device(thread, [new MemoryRows(), site], SaveAfter);
        foreach (var key in device.Models.Keys)
        {
            Change(device, key);
        }

        device.Advance(TimeSpan.FromMinutes(6));
        await device.AssertSaved(1);
        device.Deactivate("ns/b");
        site.Replace();
        device.Advance(TimeSpan.FromSeconds(10));
        device.Advance(TimeSpan.FromMinutes(1));
        await device.AssertSaved(1);
        Assert.Empty(device.Scheduler.Warnings);
    });

    private static void Change(Device device, string key) =>
        Assert.True(device.TryChange(key, model => model.Set($"k{model.Sequence % 9}", $"{model.Sequence}")), $"{device.Journal.Pressure}");
}
