using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>Who is to be saved first, and what it costs to ask.</summary>
public sealed class UnsavedOwnerTests
{
    [Fact]
    public void Owners_to_save_are_those_of_the_oldest_segments_first()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        var order = new[] { "third", "first", "second" };
        foreach (var (owner, i) in order.Select((owner, i) => (owner, i)))
        {
            for (var filled = 0; filled < 8; filled++)
            {
                var sequence = journal.OwnerOf(owner).LastSequence + 1;
                journal.Commit(owner, sequence, new string((char)('a' + i), 6000));
            }
        }

        Assert.Equal(order, Keys(journal));
        Assert.Equal(order[..2], journal.OwnersToSave(2).Select(owner => owner.Key));
        journal.Trim(journal.OwnerOf("third"), 8);
        Assert.Equal(order[1..], Keys(journal));
        Assert.True(journal.Pressure.HeldBytes < journal.Pressure.UsedBytes);
    }

    [Fact]
    public void Owner_that_was_written_to_while_it_was_saved_comes_behind_those_that_wait()
    {
        using var journal = JournalSetup.Open(new FaultyDisk());
        journal.Commit("busy", 1, "saved");
        journal.Commit("waits", 1, "");
        journal.Commit("busy", 2, "while it was");
        journal.Trim(journal.OwnerOf("busy"), 1);
        Assert.Equal(["waits", "busy"], Keys(journal));

        // And so it does when it was saved whole.
        journal.Trim(journal.OwnerOf("waits"), 1);
        journal.Commit("waits", 2, "again");
        Assert.Equal(["busy", "waits"], Keys(journal));
    }

    [Fact]
    public void Owners_come_in_the_same_order_after_a_start()
    {
        var disk = new FaultyDisk();
        using (var journal = JournalSetup.Open(disk))
        {
            journal.Commit("saved", 1, "");
            journal.Commit("b", 1, "");
            journal.Commit("a", 1, "");
            journal.Commit("b", 2, "");
            journal.Trim(journal.OwnerOf("saved"), 1);
        }

        using var again = JournalSetup.Open(disk);
        Assert.Equal(["b", "a"], Keys(again));
    }

    [Fact]
    public void Look_at_the_first_costs_the_same_among_many_as_among_few()
    {
        var few = BytesOfLook(100);
        Assert.Equal(few, BytesOfLook(5000));
        Assert.InRange(few, 1, 4096);
    }

    private static string[] Keys(FlashJournal journal) => [.. journal.OwnersToSave(10).Select(owner => owner.Key)];

    private static long BytesOfLook(int owners)
    {
        using var journal = JournalSetup.Open(new FaultyDisk(), new JournalOptions { ReserveBytes = 0 });
        for (var i = 0; i < owners; i++)
        {
            journal.Append($"owner/{i}", 1, "");
        }

        journal.Pump();
        Look(journal);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Look(journal);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Look(FlashJournal journal)
    {
        Assert.NotEqual(0, journal.Pressure.HeldBytes);
        Assert.Equal(64, journal.OwnersToSave(64).Count);
    }
}
