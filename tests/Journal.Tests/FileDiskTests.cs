using System.Text;

namespace EdgeOrleans.Journal.Tests;

public sealed class FileDiskTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "journal-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Acknowledged_records_are_read_back_after_a_restart()
    {
        using (var disk = new FileDisk(_directory))
        using (var journal = FlashJournal.Open(disk, new JournalOptions()))
        using (var thread = new JournalThread(journal))
        {
            Assert.True(journal.Recovery.IsFresh);
            var owner = journal.OwnerOf("a/b");
            for (var i = 1; i <= 100; i++)
            {
                Assert.True(journal.TryAppend(owner, [new JournalRecord(i, Encoding.UTF8.GetBytes("value " + i))], false, out var group, out _));
                Assert.Equal(CommitOutcome.Durable, await group.Outcome);
                Assert.Equal(group.Position, journal.DurablePosition);
            }

            journal.Trim(owner, 40);
        }

        using (var disk = new FileDisk(_directory))
        using (var journal = FlashJournal.Open(disk, new JournalOptions()))
        {
            var owner = journal.OwnerOf("a/b");
            Assert.False(journal.Recovery.IsFresh);
            Assert.Equal(40, owner.TrimmedSequence);
            Assert.Equal(100, owner.LastSequence);
            Assert.Equal(
                Enumerable.Range(41, 60).Select(i => "value " + i),
                owner.ReadTail().Select(record => Encoding.UTF8.GetString(record.Payload.Span)));
        }
    }

    [Fact]
    public void Second_disk_on_the_directory_is_refused()
    {
        using var disk = new FileDisk(_directory);
        var fault = Assert.Throws<DataDirectoryInUseException>(() => new FileDisk(_directory));
        Assert.Equal($"The data directory {_directory} is in use by another process.", fault.Message);
    }
}
