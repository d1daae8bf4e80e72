using Microsoft.Extensions.Time.Testing;

namespace EdgeOrleans.Journal.Tests;

/// <summary>What has been written is counted over all runs, and costs no write of its own.</summary>
public sealed class FlashWritesTests : IDisposable
{
    private Disk.FaultyDisk _disk = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 23, 59, 0, TimeSpan.Zero));

    public void Dispose() => _disk.Dispose();

    [Fact]
    public void Counts_go_on_after_a_power_cut()
    {
        FlashTotals before;
        using (var journal = Open())
        {
            journal.Commit("a/b", 1, "x");
            journal.Writes.Add(1_000_000, 2);
            journal.Commit("a/b", 2, "x");
            before = journal.Writes.Totals;
        }

        _disk = _disk.AfterPowerCut(new Random(1));
        using var again = Open();
        Assert.True(before.Total > 1_000_000 + (2 * JournalFormat.BlockBytes), $"{before}");
        Assert.Equal(before.Total, before.Today);
        Assert.InRange(again.Writes.Totals.Total, before.Total, before.Total + (2 * JournalSetup.Options.SegmentBytes));
    }

    [Fact]
    public void A_new_day_begins_at_zero_and_the_total_goes_on()
    {
        using var journal = Open();
        journal.Commit("a/b", 1, "x");
        var evening = journal.Writes.Totals;
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(evening with { Today = 0 }, journal.Writes.Totals);
        journal.Commit("a/b", 2, "x");
        Assert.True(journal.Writes.Totals.Today >= JournalFormat.BlockBytes);
        Assert.Equal(evening.Total + journal.Writes.Totals.Today, journal.Writes.Totals.Total);
    }

    [Fact]
    public void A_day_that_is_over_at_the_next_start_is_not_today()
    {
        using (var journal = Open())
        {
            journal.Commit("a/b", 1, "x");
        }

        _time.Advance(TimeSpan.FromDays(1));
        using var again = Open();
        Assert.Equal(0, again.Writes.Totals.Today);
        Assert.NotEqual(0, again.Writes.Totals.Total);
    }

    [Fact]
    public void Nothing_is_written_while_nothing_happens()
    {
        using var journal = Open();
        journal.Commit("a/b", 1, "x");
        var (writes, flushes) = (journal.Writes.Totals, journal.Writes.Flushes);
        Assert.False(journal.RunOnce());
        Assert.Equal((writes, flushes), (journal.Writes.Totals, journal.Writes.Flushes));
    }

    [Fact]
    public void Slow_flush_is_told_with_its_numbers()
    {
        using var journal = Open();
        var slow = new List<SlowFlush>();
        journal.WatchFlushes(TimeSpan.Zero, slow.Add);
        journal.Commit("a/b", 1, "x");
        Assert.Equal((1, JournalFormat.BlockBytes), (slow[0].Records, slow[0].Bytes));
        Assert.True(slow[0].Duration > TimeSpan.Zero);
    }

    [Fact]
    public void Fault_of_a_listener_is_none_of_the_flush()
    {
        using var journal = Open();
        journal.WatchFlushes(TimeSpan.Zero, static _ => throw new InvalidOperationException("a listener's own"));
        journal.Commit("a/b", 1, "x");
        journal.Commit("a/b", 2, "y");
        Assert.Null(journal.Failure);
        Assert.Equal(2, journal.DurablePosition);
    }

    private FlashJournal Open()
    {
        var journal = JournalSetup.Open(_disk);
        journal.UseClock(_time);
        return journal;
    }
}
