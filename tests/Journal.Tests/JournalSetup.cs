using System.Text;
using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>A small journal on a disk in memory, driven by hand.</summary>
internal static class JournalSetup
{
    public static JournalOptions Options { get; } = new()
    {
        SegmentBytes = 64 * 1024,
        MaxBytes = 8 * 64 * 1024,
        MaxPendingBytes = 256 * 1024,
        MaxRecordBytes = 20 * 1024,
        ReserveBytes = 128 * 1024,
    };

    public static FlashJournal Open(FaultyDisk disk, JournalOptions? options = null, int seed = 1)
    {
        var random = new Random(seed * 7919 + disk.Operations);
        return FlashJournal.OpenSimulated(disk, options ?? Options, new JournalSeams(true, () => (ulong)random.NextInt64()));
    }

    public static CommitGroup Append(this FlashJournal journal, string owner, long sequence, string payload) =>
        journal.Append(owner, sequence, Encoding.UTF8.GetBytes(payload));

    public static CommitGroup Append(this FlashJournal journal, string owner, long sequence, byte[] payload)
    {
        Assert.True(
            journal.TryAppend(journal.OwnerOf(owner), [new JournalRecord(sequence, payload)], false, out var group, out var refusal),
            refusal.ToString());
        return group;
    }

    /// <summary>Appends in a group of its own.</summary>
    public static void Commit(this FlashJournal journal, string owner, long sequence, string payload)
    {
        var group = journal.Append(owner, sequence, payload);
        journal.Pump();
        group.AssertIs(CommitOutcome.Durable);
    }

    public static void AssertIs(this CommitGroup group, CommitOutcome outcome)
    {
        Assert.True(group.Outcome.IsCompletedSuccessfully, "The group is still waiting.");
        Assert.Equal(outcome, group.Outcome.Result);
    }

    public static void Pump(this FlashJournal journal)
    {
        for (var i = 0; journal.RunOnce(); i++)
        {
            Assert.True(i < 10_000, "The pump never comes to rest.");
        }
    }

    public static string[] Tail(this FlashJournal journal, string owner) =>
        [.. journal.OwnerOf(owner).ReadTail().Select(record => $"{record.Sequence}={Encoding.UTF8.GetString(record.Payload.Span)}")];

    public static string NewestSegment(this FaultyDisk disk) => disk.List().Where(name => name.EndsWith(".segment")).Max()!;
}
