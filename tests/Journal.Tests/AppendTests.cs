using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class AppendTests
{
    [Fact]
    public void Appends_share_a_position_until_their_group_is_taken_and_become_durable_together()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        var a = journal.Append("a", 1, "one");
        var b = journal.Append("b", 1, "one");
        Assert.Same(a, b);
        Assert.Equal(1, a.Position);
        Assert.Equal(0, journal.DurablePosition);
        Assert.False(journal.OwnerOf("a").HasTail);
        Assert.Equal(1, journal.OwnerOf("a").LastAppendedPosition);
        Assert.Equal(1, journal.OwnerOf("a").LastSequence);
        var seen = -1L;
        _ = a.Outcome.ContinueWith(_ => seen = journal.DurablePosition, TaskContinuationOptions.ExecuteSynchronously);

        Assert.True(journal.RunOnce());
        a.AssertIs(CommitOutcome.Durable);
        Assert.Equal(1, seen);
        Assert.Equal(["1=one"], journal.Tail("a"));

        var next = journal.Append("a", 2, "two");
        Assert.Equal(2, next.Position);
        Assert.Equal(1, journal.DurablePosition);
    }

    [Fact]
    public void Lone_write_costs_one_write_and_one_flush()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        var operations = new List<string>();
        disk.Before = (operation, _) => operations.Add(operation);
        var group = journal.Append("a", 2, "two");
        journal.RunOnce();
        Assert.True(group.Outcome.IsCompletedSuccessfully);
        Assert.Equal(["write", "flush"], operations);
    }

    [Fact]
    public void Nothing_is_written_when_nothing_is_appended()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        journal.Pump();
        var operations = disk.Operations;
        for (var i = 0; i < 100; i++)
        {
            Assert.False(journal.RunOnce());
        }

        journal.Trim(journal.OwnerOf("a"), 1);
        Assert.False(journal.RunOnce());
        Assert.Equal(operations, disk.Operations);
    }

    [Fact]
    public void Group_larger_than_a_frame_is_split_and_counts_as_durable_after_its_last_frame()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("z", 1, "first");
        var group = journal.Append("a", 1, new byte[20_000]);
        Assert.Same(group, journal.Append("b", 1, new byte[20_000]));
        Assert.Same(group, journal.Append("c", 1, new byte[20_000]));
        Assert.Same(group, journal.Append("d", 1, new byte[20_000]));
        var flushes = 0;
        disk.Before = (operation, _) =>
        {
            Assert.False(group.Outcome.IsCompleted);
            Assert.Equal(1, journal.DurablePosition);
            flushes += operation == "flush" ? 1 : 0;
        };
        Assert.True(journal.RunOnce());
        disk.Before = null;
        Assert.Equal(2, group.Position);
        Assert.Equal(2, journal.DurablePosition);
        Assert.True(flushes >= 4);
        Assert.Equal(20_000, Assert.Single(journal.OwnerOf("d").ReadTail()).Payload.Length);
    }

    [Fact]
    public void Records_of_one_call_stay_in_one_frame_when_they_fit_into_one()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        journal.Append("a", 1, new byte[15_000]);
        Assert.True(journal.TryAppend(
            journal.OwnerOf("b"), [.. Enumerable.Range(1, 10).Select(i => new JournalRecord(i, new byte[2000]))], false, out var group, out _));
        disk.Before = (operation, _) =>
        {
            if (operation == "write" && journal.OwnerOf("a").HasTail)
            {
                throw new PowerCutException();
            }
        };
        Assert.Throws<PowerCutException>(() => journal.RunOnce());
        var restarted = JournalSetup.Open(disk.AfterPowerCut(new Random(4)));
        Assert.Equal(1, restarted.OwnerOf("a").LastSequence);
        Assert.Contains(restarted.OwnerOf("b").ReadTail().Count(), new[] { 0, 10 });
        Assert.False(group.Outcome.IsCompleted);
    }

    [Fact]
    public void Call_larger_than_a_frame_is_split_between_its_records()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        Assert.True(journal.TryAppend(
            journal.OwnerOf("a"), [.. Enumerable.Range(1, 30).Select(i => new JournalRecord(i, new byte[3000 + i]))], false, out var group, out _));
        journal.Pump();
        group.AssertIs(CommitOutcome.Durable);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => (i, 3000 + i)), journal.OwnerOf("a").ReadTail().Select(record => ((int)record.Sequence, record.Payload.Length)));
    }

    [Fact]
    public void Largest_record_with_the_longest_owner_fits()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        var owner = new string('o', 1024);
        for (var i = 1; i <= 5; i++)
        {
            journal.Append(owner, i, new byte[JournalSetup.Options.MaxRecordBytes]);
            journal.Pump();
        }

        Assert.Equal(5, JournalSetup.Open(disk).OwnerOf(owner).ReadTail().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => journal.Append(owner, 6, new byte[JournalSetup.Options.MaxRecordBytes + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => journal.OwnerOf(owner + "o"));
        Assert.Throws<ArgumentException>(() => journal.OwnerOf(""));
    }

    [Fact]
    public void Sequence_that_does_not_ascend_is_a_fault()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        journal.Append("a", 5, "five");
        Assert.Throws<ArgumentException>(() => journal.Append("a", 5, "again"));
        Assert.Throws<ArgumentOutOfRangeException>(() => journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(7, default), new JournalRecord(7, default)], false, out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => journal.TryAppend(journal.OwnerOf("a"), [], false, out _, out _));
        journal.Trim(journal.OwnerOf("b"), 9);
        Assert.Throws<ArgumentException>(() => journal.Append("b", 9, "trimmed"));
        Assert.Equal(9, journal.OwnerOf("b").LastSequence);
    }

    [Fact]
    public void Appends_beyond_the_pending_limit_are_refused_until_the_disk_has_caught_up()
    {
        var options = new JournalOptions
        {
            SegmentBytes = 64 * 1024, MaxBytes = 32 * 64 * 1024, MaxPendingBytes = 256 * 1024, MaxRecordBytes = 20 * 1024, ReserveBytes = 0,
        };
        using var journal = JournalSetup.Open(new FaultyDisk(), options);
        journal.Commit("a", 1, "one");
        var sequence = 1L;
        var taken = 0;
        AppendRefusal refusal;
        while (journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(sequence + 1, new byte[10_000])], false, out _, out refusal))
        {
            sequence++;
            taken++;
        }

        Assert.Equal(AppendRefusal.TooManyPending, refusal);
        Assert.InRange(taken * 10_000, JournalSetup.Options.MaxPendingBytes - 30_000, JournalSetup.Options.MaxPendingBytes);
        Assert.Equal(sequence, journal.OwnerOf("a").LastSequence);
        journal.Pump();
        Assert.True(journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(sequence + 1, new byte[10])], true, out _, out _));
    }

    [Fact]
    public void Hot_path_allocates_nothing_per_record()
    {
        using var journal = JournalSetup.Open(new FaultyDisk(), new JournalOptions());
        var owner = journal.OwnerOf("a");
        var sequence = 0L;
        var payload = new byte[100];
        void Append(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(journal.TryAppend(owner, [new JournalRecord(++sequence, payload)], false, out _, out _));
            }
        }

        // Both buffers take their turn, and grow.
        Append(5000);
        journal.RunOnce();
        journal.RunOnce();
        Append(5000);
        journal.RunOnce();
        journal.RunOnce();
        Append(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Append(4000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Tail_being_read_is_not_changed_by_what_happens_meanwhile()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        var owner = journal.OwnerOf("big");
        for (var i = 1; i <= 6; i++)
        {
            journal.Commit("big", i, new string((char)('a' + i), 6000));
        }

        using var reading = owner.ReadTail().GetEnumerator();
        Assert.True(reading.MoveNext());
        for (var i = 7; i <= 36; i++)
        {
            journal.Commit("big", i, new string('x', 6000));
            journal.Trim(owner, i - 1);
        }

        var read = 1;
        do
        {
            Assert.Equal(read, reading.Current.Sequence);
            Assert.True(reading.Current.Payload.Span.IndexOfAnyExcept((byte)('a' + read)) < 0);
            read++;
        }
        while (reading.MoveNext());

        Assert.Equal(7, read);
        Assert.Empty(journal.DamagedOwners);
    }

    [Fact]
    public void Owner_is_one_object_while_it_is_held_and_gone_when_nobody_needs_it()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        var held = journal.OwnerOf("held");
        Assert.Same(held, journal.OwnerOf("held"));
        var lost = Probe(journal);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(lost.IsAlive);
        Assert.Same(held, journal.OwnerOf("held"));

        static WeakReference Probe(FlashJournal journal) => new(journal.OwnerOf("never written"));
    }
}
