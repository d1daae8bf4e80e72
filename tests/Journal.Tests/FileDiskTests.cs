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

    [Fact]
    public void Directory_is_free_again_once_its_disk_is_disposed_of()
    {
        new FileDisk(_directory).Dispose();
        new FileDisk(_directory).Dispose();
    }

    [Fact]
    public void Files_are_created_written_renamed_over_and_removed()
    {
        using var disk = new FileDisk(Path.Combine(_directory, "deep", "down"));
        Assert.True(disk.FreeBytes > 0);
        using (var file = disk.Create("one"))
        {
            file.Write("hello"u8, 3);
            file.FlushData();
            disk.Rename("one", "two");
            Assert.Equal(8, file.Length);
            var buffer = new byte[20];
            Assert.Equal(5, file.Read(buffer, 3));
            Assert.Equal("hello"u8.ToArray(), buffer[..5]);
            Assert.Equal(0, file.Read(buffer, 8));
        }

        disk.Create("three").Dispose();
        Assert.Throws<IOException>(() => disk.Create("three"));
        disk.Rename("two", "three");
        disk.FlushNames();
        using (var file = disk.Open("three"))
        {
            Assert.Equal(8, file.Length);
        }

        disk.Remove("three");
        disk.FlushNames();
        Assert.DoesNotContain("three", disk.List());
        Assert.Throws<FileNotFoundException>(() => disk.Open("three"));
    }

    [Fact]
    public void Directory_in_use_is_seen_without_taking_it()
    {
        Assert.False(FileDisk.IsInUse(_directory));
        using (new FileDisk(_directory))
        {
            Assert.True(FileDisk.IsInUse(_directory));
        }

        Assert.False(FileDisk.IsInUse(_directory));
        using var again = new FileDisk(_directory);
    }

    [Fact]
    public void Full_file_system_is_told_apart_from_other_faults()
    {
        // The one device that is always full.
        Assert.SkipUnless(File.Exists("/dev/full"), "No /dev/full here.");
        using var disk = new FileDisk(_directory);
        File.CreateSymbolicLink(Path.Combine(_directory, "full"), "/dev/full");
        using var file = disk.Open("full");
        Assert.Throws<DiskFullException>(() => file.Write(new byte[10], 0));
    }
}
