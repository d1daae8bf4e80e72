using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class FailureTests
{
    [Theory]
    [InlineData("write")]
    [InlineData("flush")]
    public void Failed_write_or_flush_is_final(string failing)
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        journal.Pump();
        disk.Before = (operation, _) =>
        {
            if (operation == failing)
            {
                throw new IOException("Input/output error.");
            }
        };
        var flushing = journal.Append("a", 2, "two");
        CommitGroup? open = null;
        disk.Before += (_, _) => { };
        Assert.True(journal.RunOnce());
        flushing.AssertIs(CommitOutcome.Failed);
        Assert.Equal("The journal could not be written: Input/output error. Nothing is written until restart.", journal.Failure);
        Assert.Equal(JournalState.Failed, journal.Pressure.State);

        // The disk is well again, and nobody asks it.
        disk.Before = null;
        var operations = disk.Operations;
        Assert.False(journal.RunOnce());
        Assert.False(journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(3, default)], true, out open, out var refusal));
        Assert.Equal(AppendRefusal.Failed, refusal);
        Assert.Null(open);
        Assert.Equal(1, journal.DurablePosition);
        Assert.Equal(["1=one"], journal.Tail("a"));
        journal.Dispose();
        Assert.Equal(operations, disk.Operations);
    }

    [Fact]
    public void Group_that_gathers_during_a_failing_flush_fails_with_it()
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        CommitGroup? gathering = null;
        disk.Before = (operation, _) =>
        {
            if (operation == "flush")
            {
                gathering = journal.Append("b", 1, "meanwhile");
                throw new IOException("Input/output error.");
            }
        };
        var flushing = journal.Append("a", 2, "two");
        journal.RunOnce();
        Assert.NotSame(flushing, gathering);
        flushing.AssertIs(CommitOutcome.Failed);
        gathering!.AssertIs(CommitOutcome.Failed);
    }

    [Fact]
    public void Record_of_a_failed_flush_that_a_restart_shows_survives_the_next_power_cut()
    {
        // The pages are clean in the cache and absent on flash: reading them again proves nothing.
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        disk.Before = (operation, _) =>
        {
            if (operation == "flush")
            {
                throw new IOException("Input/output error.");
            }
        };
        journal.Append("a", 2, "two");
        journal.RunOnce();
        disk.Before = null;
        journal = JournalSetup.Open(disk);
        Assert.Equal(["1=one", "2=two"], journal.Tail("a"));
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(["1=one", "2=two"], JournalSetup.Open(disk.AfterPowerCut(new Random(seed))).Tail("a"));
        }
    }

    [Theory]
    [InlineData("rename")]
    [InlineData("flush names")]
    [InlineData("create")]
    public void Failed_change_of_names_is_final(string failing)
    {
        var disk = new FaultyDisk();
        using var journal = JournalSetup.Open(disk);
        disk.Before = (operation, _) =>
        {
            if (operation == failing)
            {
                throw new UnauthorizedAccessException("Read-only file system.");
            }
        };
        var group = journal.Append("a", 1, "one");
        journal.Pump();
        group.AssertIs(CommitOutcome.Failed);
        Assert.Contains("Read-only file system.", journal.Failure);
    }

    [Fact]
    public void Closed_journal_takes_nothing_and_says_so()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        var queued = journal.Append("a", 1, "one");
        journal.Dispose();
        queued.AssertIs(CommitOutcome.Durable);
        Assert.False(journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(2, default)], false, out _, out var refusal));
        Assert.Equal(AppendRefusal.Failed, refusal);
        Assert.Equal("The journal is closed.", journal.Failure);
        journal.Dispose();
        Assert.Equal(["1=one"], JournalSetup.Open(disk).Tail("a"));
    }
}
