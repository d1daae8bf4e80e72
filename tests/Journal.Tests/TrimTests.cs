using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class TrimTests
{
    [Fact]
    public void Mark_rides_in_the_padding_of_the_next_group_and_costs_no_write()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        journal.Commit("b", 1, "one");
        journal.Trim(journal.OwnerOf("a"), 1);
        Assert.Equal(1, journal.OwnerOf("a").TrimmedSequence);
        Assert.False(journal.OwnerOf("a").HasTail);
        journal.Commit("b", 2, "two");
        var restarted = JournalSetup.Open(disk.AfterPowerCut(new Random(1)));
        Assert.Equal(1, restarted.OwnerOf("a").TrimmedSequence);
        Assert.Equal(1, restarted.OwnerOf("a").LastSequence);
        Assert.Empty(restarted.Tail("a"));
        Assert.Equal(["1=one", "2=two"], restarted.Tail("b"));
    }

    [Fact]
    public void Mark_that_no_group_took_along_is_written_by_a_clean_close()
    {
        var disk = new FaultyDisk();
        using (var journal = JournalSetup.Open(disk))
        {
            journal.Commit("a", 1, "one");
            journal.Trim(journal.OwnerOf("a"), 1);
        }

        Assert.Equal(1, JournalSetup.Open(disk.AfterPowerCut(new Random(1))).OwnerOf("a").TrimmedSequence);
    }

    [Fact]
    public void Marks_survive_any_number_of_segment_turnovers_and_restarts()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        for (var owner = 1; owner <= 50; owner++)
        {
            journal.Commit("quiet/" + owner, owner, "once");
            journal.Trim(journal.OwnerOf("quiet/" + owner), owner);
        }

        var sequence = 0L;
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 30; i++)
            {
                journal.Commit("busy", ++sequence, new string('x', 6000));
                journal.Trim(journal.OwnerOf("busy"), sequence);
            }

            journal = JournalSetup.Open(round % 2 == 0 ? disk = disk.AfterPowerCut(random) : disk);
            for (var owner = 1; owner <= 50; owner++)
            {
                Assert.Equal(owner, journal.OwnerOf("quiet/" + owner).TrimmedSequence);
                Assert.False(journal.OwnerOf("quiet/" + owner).HasTail);
            }

            Assert.True(journal.OwnerOf("busy").LastSequence == sequence);
        }

        Assert.True(SegmentFile.TryParseName(disk.NewestSegment(), out var number) && number > 50);
    }

    [Fact]
    public void Trim_ends_what_it_covers_and_nothing_else()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        for (var i = 10; i <= 50; i += 10)
        {
            journal.Commit("a", i, "v" + i);
        }

        journal.Trim(journal.OwnerOf("a"), 25);
        Assert.Equal(["30=v30", "40=v40", "50=v50"], journal.Tail("a"));
        journal.Trim(journal.OwnerOf("a"), 20);
        Assert.Equal(25, journal.OwnerOf("a").TrimmedSequence);
        journal.Trim(journal.OwnerOf("a"), 50);
        Assert.Empty(journal.Tail("a"));
        Assert.Equal(0, journal.Pressure.LiveBytes);
        Assert.Equal(0, journal.Pressure.OldestUnsavedSinceMicros);
    }

    [Fact]
    public void Trim_of_what_is_not_durable_yet_holds_when_it_becomes_so()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        journal.Append("a", 1, "one");
        journal.Append("a", 2, "two");
        journal.Trim(journal.OwnerOf("a"), 1);
        journal.Pump();
        Assert.Equal(["2=two"], journal.Tail("a"));
    }

    [Fact]
    public void Collections_that_come_and_go_for_ever_do_not_leave_a_mark_each()
    {
        var disk = new FaultyDisk();
        var options = new JournalOptions { SegmentBytes = 1024 * 1024, MaxBytes = 8 * 1024 * 1024, MaxRecordBytes = 64 * 1024, MaxPendingBytes = 1024 * 1024, ReserveBytes = 0 };
        var journal = JournalSetup.Open(disk, options);
        for (var i = 1; i <= 80_000; i++)
        {
            var owner = journal.OwnerOf("passing/" + i);
            Assert.True(journal.TryAppend(owner, [new JournalRecord(1, new byte[100])], false, out _, out var refusal), refusal.ToString());
            if (i % 500 == 0)
            {
                journal.Pump();
                foreach (var saved in journal.OwnersToSave(int.MaxValue))
                {
                    journal.Trim(saved, 1);
                }

                journal.Pump();
            }
        }

        Assert.True(journal.Pressure.UsedBytes <= options.MaxBytes);
        journal.Dispose();
        Assert.InRange(JournalSetup.Open(disk, options).Recovery.Marks, 100, 45_000);
    }
}
