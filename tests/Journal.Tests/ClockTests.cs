using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class ClockTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Clock_floor_is_the_newest_stamp_of_any_frame()
    {
        var disk = new FaultyDisk();
        var clock = new SettableClock { Now = Now };
        var journal = JournalSetup.Open(disk);
        Assert.Equal(0, journal.Recovery.ClockFloorMicros);
        journal.UseClock(clock);
        journal.Commit("a", 1, "one");
        clock.Now = Now.AddHours(1);
        journal.Commit("a", 2, "two");
        Assert.Equal(Micros(Now), journal.Pressure.OldestUnsavedSinceMicros);
        Assert.Equal(Micros(Now), journal.OwnerOf("a").UnsavedSinceMicros);
        Assert.Equal(Micros(Now.AddHours(1)), JournalSetup.Open(disk).Recovery.ClockFloorMicros);
    }

    [Fact]
    public void Clean_close_keeps_the_clock_although_nothing_was_appended()
    {
        var disk = new FaultyDisk();
        using (var journal = JournalSetup.Open(disk))
        {
            journal.Commit("a", 1, "one");
        }

        using (var journal = JournalSetup.Open(disk))
        {
            journal.UseClock(new SettableClock { Now = Now.AddDays(1) });
        }

        Assert.Equal(Micros(Now.AddDays(1)), JournalSetup.Open(disk).Recovery.ClockFloorMicros);
    }

    [Fact]
    public void Stamps_never_run_back_whatever_the_clock_does()
    {
        var disk = new FaultyDisk();
        var clock = new SettableClock { Now = Now };
        var journal = JournalSetup.Open(disk);
        journal.UseClock(clock);
        journal.Commit("a", 1, "one");
        clock.Now = Now.AddYears(-50);
        journal.Commit("a", 2, "two");
        journal = JournalSetup.Open(disk);
        Assert.Equal(Micros(Now), journal.Recovery.ClockFloorMicros);

        // Before a clock is given, and with one in the past, the floor itself is stamped.
        journal.Commit("a", 3, "three");
        journal.UseClock(clock);
        journal.Commit("a", 4, "four");
        Assert.Equal(Micros(Now), JournalSetup.Open(disk).Recovery.ClockFloorMicros);
    }

    [Fact]
    public void Directory_that_was_never_written_stays_fresh_over_restarts()
    {
        var disk = new FaultyDisk();
        for (var i = 0; i < 3; i++)
        {
            using var journal = JournalSetup.Open(disk);
            journal.UseClock(new SettableClock { Now = Now });
            journal.Pump();
            Assert.True(journal.Recovery.IsFresh);
        }

        JournalSetup.Open(disk).Commit("a", 1, "one");
        Assert.False(JournalSetup.Open(disk).Recovery.IsFresh);
    }

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
