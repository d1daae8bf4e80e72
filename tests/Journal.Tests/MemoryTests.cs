using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>What is left of a batch for which memory did not suffice. Alone, because the limit is the process's.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void Batch_that_there_is_no_memory_for_leaves_nothing_behind()
    {
        var options = new JournalOptions { MaxBytes = 256 * MiB, MaxRecordBytes = MiB, ReserveBytes = 0 };
        var disk = new FaultyDisk();
        using (var journal = JournalSetup.Open(disk, options))
        {
            journal.Commit("a", 1, "first");
            var large = new byte[MiB - 1024];
            var batch = Enumerable.Range(0, 60).Select(i => new JournalRecord(2 + i, large)).ToArray();
            var owner = journal.OwnerOf("a");
            var before = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

            // What is free and not given back yet would be there to be taken.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            LimitHeap(GC.GetGCMemoryInfo().TotalCommittedBytes + (40 * MiB));
            try
            {
                Assert.Throws<OutOfMemoryException>(() => journal.TryAppend(owner, batch, false, out _, out _));
            }
            finally
            {
                LimitHeap(before);
            }

            Assert.Equal(0, journal.Pressure.PendingBytes);
            journal.Commit("a", 2, "second");
        }

        Assert.Equal(["1=first", "2=second"], JournalSetup.Open(disk, options).Tail("a"));
    }

    private static void LimitHeap(long bytes)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)bytes);
        GC.RefreshMemoryLimit();
    }
}
