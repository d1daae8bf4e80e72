using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class JournalThreadTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "journal-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Many_writers_and_a_saver_lose_nothing()
    {
        var options = new JournalOptions { SegmentBytes = 256 * 1024, MaxBytes = 4 * 1024 * 1024, MaxRecordBytes = 64 * 1024, ReserveBytes = 0 };
        const int Writers = 16;
        const int Each = 1500;
        using (var disk = new FileDisk(_directory))
        using (var journal = FlashJournal.Open(disk, options))
        using (new JournalThread(journal))
        {
            var trimmed = new long[Writers];
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                var owner = journal.OwnerOf("owner/" + writer);
                for (var i = 1; i <= Each;)
                {
                    if (!journal.TryAppend(owner, [new JournalRecord(i, BitConverter.GetBytes(writer * 1_000_000L + i))], false, out var group, out var refusal))
                    {
                        Assert.NotEqual(AppendRefusal.Failed, refusal);
                        await Task.Yield();
                        continue;
                    }

                    Assert.Equal(CommitOutcome.Durable, await group.Outcome);
                    Assert.True(journal.DurablePosition >= group.Position);
                    if (i % 100 == 0)
                    {
                        Assert.Equal(i - trimmed[writer], owner.ReadTail().Count());
                        journal.Trim(owner, trimmed[writer] = i - 50);
                    }

                    i++;
                }
            })));
            Assert.Null(journal.Failure);
        }

        using (var disk = new FileDisk(_directory))
        using (var journal = FlashJournal.Open(disk, options))
        {
            for (var writer = 0; writer < Writers; writer++)
            {
                var owner = journal.OwnerOf("owner/" + writer);
                Assert.Equal(Each - 50, owner.TrimmedSequence);
                Assert.Equal(
                    Enumerable.Range(Each - 49, 50).Select(i => (writer * 1_000_000L) + i),
                    owner.ReadTail().Select(record => BitConverter.ToInt64(record.Payload.Span)));
            }
        }
    }

    [Fact]
    public async Task Stop_writes_what_is_queued()
    {
        using var disk = new FileDisk(_directory);
        using var journal = FlashJournal.Open(disk, new JournalOptions());
        var thread = new JournalThread(journal);
        var groups = new List<CommitGroup>();
        for (var i = 1; i <= 1000; i++)
        {
            Assert.True(journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(i, default)], false, out var group, out _));
            groups.Add(group);
        }

        thread.Dispose();
        foreach (var group in groups)
        {
            Assert.True(group.Outcome.IsCompleted);
            Assert.Equal(CommitOutcome.Durable, await group.Outcome);
        }
    }

    [Fact]
    public async Task Thread_comes_round_when_asked_idle_or_at_work_and_not_while_the_disk_holds_it()
    {
        using var disk = new FileDisk(_directory);
        using var held = new HeldDisk(disk);
        using var journal = FlashJournal.Open(held, new JournalOptions());
        using var thread = new JournalThread(journal);
        await thread.GoRound().WaitAsync(TimeSpan.FromSeconds(10));

        held.Hold();
        var owner = journal.OwnerOf("a");
        Assert.True(journal.TryAppend(owner, [new JournalRecord(1, default)], false, out var group, out _));
        Assert.True(held.IsHolding.Wait(TimeSpan.FromSeconds(10)));
        var round = thread.GoRound();
        await Task.WhenAny(round, Task.Delay(200));
        Assert.False(round.IsCompleted);
        held.LetGo();
        await round.WaitAsync(TimeSpan.FromSeconds(10));

        // It never sleeps while there is more to write.
        var appending = true;
        var load = Task.Run(() =>
        {
            for (var i = 2; Volatile.Read(ref appending); i++)
            {
                Assert.True(journal.TryAppend(owner, [new JournalRecord(i, default)], false, out _, out _));
                journal.Trim(owner, i - 1);
                Thread.Yield();
            }
        });
        for (var i = 0; i < 20; i++)
        {
            await thread.GoRound().WaitAsync(TimeSpan.FromSeconds(10));
        }

        Volatile.Write(ref appending, false);
        await load;
        Assert.Equal(CommitOutcome.Durable, await group.Outcome);
    }
}
