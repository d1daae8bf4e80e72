using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class RoomTests
{
    private const int Segment = 64 * 1024;

    [Fact]
    public void Journal_at_its_limit_refuses_writes_takes_deletes_and_goes_on_when_the_primary_has_caught_up()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        var last = Fill(journal, "a", 1, false, out var refusal);
        Assert.Equal(AppendRefusal.BacklogFull, refusal);
        Assert.Equal(JournalState.BacklogFull, journal.Pressure.State);
        Assert.InRange(journal.Pressure.UsedBytes, JournalSetup.Options.MaxBytes - (3 * Segment), JournalSetup.Options.MaxBytes);

        var withDeletes = Fill(journal, "a", last + 1, true, out refusal);
        Assert.True(withDeletes > last);
        Assert.Equal(AppendRefusal.BacklogFull, refusal);
        Assert.Equal(withDeletes, journal.OwnerOf("a").ReadTail().Count());

        journal.Trim(journal.OwnerOf("a"), withDeletes);
        journal.Pump();
        Assert.Equal(JournalState.Writing, journal.Pressure.State);
        Assert.InRange(disk.List().Count(name => name.EndsWith(".segment")), 1, 3);
        Assert.True(journal.Pressure.HeldBytes <= Segment);
        Assert.True(Fill(journal, "a", withDeletes + 1, false, out _) > withDeletes + 30);
        Assert.True(journal.Pressure.UsedBytes <= JournalSetup.Options.MaxBytes);
    }

    [Fact]
    public void Full_file_system_refuses_writes_takes_deletes_and_writing_resumes_by_itself()
    {
        // Room for four files, of which the reserve is two.
        var disk = new FaultyDisk { Capacity = 4 * Segment };
        using var journal = JournalSetup.Open(disk);
        var last = Fill(journal, "a", 1, false, out var refusal);
        Assert.Equal(AppendRefusal.NoRoom, refusal);
        Assert.Equal(JournalState.NoRoom, journal.Pressure.State);
        Assert.True(journal.WaitsForRoom);
        var withDeletes = Fill(journal, "a", last + 1, true, out refusal);
        Assert.True(withDeletes > last);
        Assert.Equal(AppendRefusal.NoRoom, refusal);
        Assert.Equal(withDeletes, journal.OwnerOf("a").ReadTail().Count());
        Assert.Null(journal.Failure);

        disk.Capacity += 4 * Segment;
        var resumed = Fill(journal, "a", withDeletes + 1, false, out _);
        Assert.True(resumed > withDeletes);
        Assert.Equal(resumed, JournalSetup.Open(disk).OwnerOf("a").ReadTail().Count());
    }

    [Fact]
    public void File_system_that_is_fuller_than_it_says_leaves_no_partial_file_and_no_failure()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        var isFull = true;
        disk.Before = (operation, name) =>
        {
            if (isFull && operation == "write" && disk[name].Length < Segment && name.StartsWith("spare"))
            {
                throw new DiskFullException();
            }
        };
        var last = Fill(journal, "a", 2, false, out var refusal, groups: true);
        Assert.Equal(AppendRefusal.NoRoom, refusal);
        Assert.Null(journal.Failure);
        Assert.All(disk.List(), name => Assert.Equal(Segment, disk[name].Length));
        isFull = false;
        disk.Capacity += 1;
        Assert.True(Fill(journal, "a", last + 1, false, out _, groups: true) > last);
        Assert.Null(journal.Failure);
    }

    [Fact]
    public void Group_taken_before_the_room_went_is_written_when_it_is_back()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        var groups = Enumerable.Range(2, 8).Select(i => journal.Append("a", i, new byte[12_000])).ToList();
        disk.Capacity = 0;
        journal.Pump();
        Assert.False(groups[^1].Outcome.IsCompleted);
        Assert.Null(journal.Failure);
        disk.Capacity = 100 * Segment;
        journal.Pump();
        groups[^1].AssertIs(CommitOutcome.Durable);
        Assert.Equal(9, JournalSetup.Open(disk).OwnerOf("a").ReadTail().Count());
    }

    [Fact]
    public void Trimmed_segments_are_used_again_and_the_pool_stays_as_small_as_it_can()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        for (var i = 1; i <= 1000; i++)
        {
            journal.Commit("a", i, new string('x', 3000));
            if (i % 20 == 0)
            {
                journal.Trim(journal.OwnerOf("a"), i);
            }
        }

        Assert.InRange(disk.List().Count, 2, 5);
        Assert.True(journal.Pressure.UsedBytes <= 5 * Segment);
        Assert.Equal(journal.Pressure.UsedBytes, disk.List().Sum(name => disk[name].Length));
    }

    [Fact]
    public void Spare_is_ready_before_the_active_segment_is_full()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        var created = new List<string>();
        for (var i = 1; i <= 100; i++)
        {
            journal.Append("a", i, new string('x', 3000));
            disk.Before = (operation, name) => Assert.False(i > 2 && operation == "create", "A file is created while a group waits.");
            while (journal.DurablePosition < i)
            {
                journal.RunOnce();
            }

            disk.Before = null;
            journal.RunOnce();
            journal.Trim(journal.OwnerOf("a"), i - 10);
        }
    }

    [Fact]
    public void One_laggard_is_copied_forward_and_named_and_stops_nobody()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("laggard", 1, "never saved");
        journal.Commit("laggard", 2, "nor this");
        var turns = 0;
        for (var i = 1; i <= 400; i++)
        {
            journal.Commit("busy", i, new string('x', 6000));
            journal.Trim(journal.OwnerOf("busy"), i);
            turns = Math.Max(turns, journal.Laggards.Count);
        }

        Assert.Equal(["laggard"], journal.Laggards);
        Assert.Equal(["laggard"], journal.OwnersToSave(10).Select(owner => owner.Key));
        Assert.Equal(["1=never saved", "2=nor this"], journal.Tail("laggard"));
        Assert.Equal(["1=never saved", "2=nor this"], JournalSetup.Open(disk.AfterPowerCut(new Random(1))).Tail("laggard"));
        journal.Trim(journal.OwnerOf("laggard"), 2);
        Assert.Empty(journal.Laggards);
    }

    [Fact]
    public void Laggard_that_fills_half_the_journal_is_copied_too_and_one_that_fills_more_is_not()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);

        // Two segments of one owner that is never saved, then another that always is.
        for (var i = 1; i <= 12; i++)
        {
            journal.Commit("laggard", i, new string('l', 6000));
        }

        for (var i = 1; i <= 200; i++)
        {
            journal.Commit("busy", i, new string('x', 6000));
            journal.Trim(journal.OwnerOf("busy"), i);
        }

        Assert.Equal(12, journal.OwnerOf("laggard").ReadTail().Count());
        var last = Fill(journal, "laggard", 13, false, out var refusal);
        Assert.Equal(AppendRefusal.BacklogFull, refusal);
        journal.Pump();
        var operations = disk.Operations;
        Assert.False(journal.RunOnce());
        Assert.Equal(operations, disk.Operations);
        Assert.Equal(last, journal.OwnerOf("laggard").ReadTail().Count());
    }

    [Fact]
    public void Start_on_a_full_file_system_writes_the_newest_frame_once_more_in_its_segment()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        journal.Commit("a", 2, "two");
        foreach (var spare in disk.List().Where(name => name.StartsWith("spare")))
        {
            disk.Remove(spare);
        }

        disk.Capacity = disk.List().Sum(name => disk[name].Length);
        journal = JournalSetup.Open(disk);
        Assert.True(journal.Recovery.HadNoRoom);
        Assert.Equal(["1=one", "2=two"], journal.Tail("a"));
        Assert.False(journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(3, default)], true, out _, out var refusal));
        Assert.Equal(AppendRefusal.NoRoom, refusal);
        Assert.Equal(["1=one", "2=two"], JournalSetup.Open(disk.AfterPowerCut(new Random(1))).Tail("a"));
        disk.Capacity *= 10;
        journal.Commit("a", 3, "three");
        Assert.Equal(["1=one", "2=two", "3=three"], JournalSetup.Open(disk).Tail("a"));
    }

    [Fact]
    public void Restarts_alone_do_not_fill_the_journal()
    {
        var disk = new FaultyDisk();
        for (var restart = 1; restart <= 60; restart++)
        {
            var journal = JournalSetup.Open(disk);
            journal.Commit("a", restart, "crash loop");
        }

        Assert.True(disk.List().Count <= JournalSetup.Options.MaxSegments, $"{disk.List().Count} files");
        Assert.Equal(60, JournalSetup.Open(disk).OwnerOf("a").ReadTail().Count());
    }

    [Fact]
    public void Changed_segment_size_replaces_the_files_as_they_come_free()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        for (var i = 1; i <= 30; i++)
        {
            journal.Commit("a", i, new string('x', 6000));
        }

        var larger = new JournalOptions
        {
            SegmentBytes = 2 * Segment, MaxBytes = 12 * Segment, MaxRecordBytes = 20 * 1024, MaxPendingBytes = 256 * 1024, ReserveBytes = 0,
        };
        journal = JournalSetup.Open(disk, larger);
        for (var i = 31; i <= 120; i++)
        {
            journal.Commit("a", i, new string('x', 6000));
            journal.Trim(journal.OwnerOf("a"), i - 1);
        }

        journal.Dispose();
        Assert.All(disk.List(), name => Assert.Equal(2 * Segment, disk[name].Length));
        Assert.Equal([120L], JournalSetup.Open(disk, larger).OwnerOf("a").ReadTail().Select(record => record.Sequence));
    }

    private static long Fill(FlashJournal journal, string owner, long from, bool reclaims, out AppendRefusal refusal, bool groups = false)
    {
        var sequence = from;
        var payload = new byte[3000];
        while (journal.TryAppend(journal.OwnerOf(owner), [new JournalRecord(sequence, payload)], reclaims, out _, out refusal))
        {
            sequence++;
            Assert.True(sequence < from + 5000);
            if (groups && sequence % 3 != 0)
            {
                continue;
            }

            journal.Pump();
        }

        journal.Pump();
        return sequence - 1;
    }
}
