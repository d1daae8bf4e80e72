using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>A group that is much smaller than the last one is given time to grow.</summary>
public sealed class GatheringTests
{
    private readonly FlashJournal _journal = JournalSetup.Open(new FaultyDisk());
    private int _wakes;
    private long _sequence;

    public GatheringTests() => _journal.Woken = () => _wakes++;

    [Fact]
    public void Writer_is_woken_once_when_half_as_many_have_come_as_the_last_time()
    {
        Commit(appends: 8);
        Assert.True(_journal.TryGather());
        _wakes = 0;
        Append(3);
        Assert.Equal(0, _wakes);
        Append(1);
        Assert.Equal(1, _wakes);
        Append(4);
        Assert.Equal(1, _wakes);

        _journal.StopGathering();
        Assert.True(_journal.RunOnce());
        Assert.Equal(_sequence, _journal.OwnerOf("a").ReadTail().Last().Sequence);
    }

    [Fact]
    public void Group_that_is_large_enough_waits_for_nobody()
    {
        Commit(appends: 8);
        Append(4);
        Assert.False(_journal.TryGather());
    }

    [Fact]
    public void Lone_writer_never_waits_and_wakes_with_each_append()
    {
        Commit(appends: 1);
        Assert.False(_journal.TryGather());
        _wakes = 0;
        Append(1);
        Assert.Equal(1, _wakes);
    }

    [Fact]
    public void Batch_counts_once_whatever_it_holds()
    {
        var records = Enumerable.Range(1, 20).Select(i => new JournalRecord(i, default)).ToArray();
        Assert.True(_journal.TryAppend(_journal.OwnerOf("batch"), records, false, out _, out _));
        _journal.Pump();
        Assert.False(_journal.TryGather());
    }

    [Fact]
    public void Those_who_did_not_come_are_not_waited_for_again()
    {
        Commit(appends: 8);
        Assert.True(_journal.TryGather());
        Append(1);
        _journal.StopGathering();
        Assert.True(_journal.RunOnce());
        Assert.False(_journal.TryGather());

        Commit(appends: 8);
        Assert.True(_journal.TryGather());
        _journal.StopGathering();
        Assert.False(_journal.TryGather());
    }

    private void Commit(int appends)
    {
        Append(appends);
        _journal.Pump();
    }

    private void Append(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _journal.Append("a", ++_sequence, "value");
        }
    }
}
