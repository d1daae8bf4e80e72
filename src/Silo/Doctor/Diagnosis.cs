using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>What follows from an examination: whether the service can be trusted with data here, and what to set.</summary>
internal static class Diagnosis
{
    private const long MiB = 1024 * 1024;
    private const long LeastMemory = 120 * MiB;
    private const int FewestSegments = 6;

    private static readonly TimeSpan NoFlashIsThatFast = TimeSpan.FromMicroseconds(30);
    private static readonly TimeSpan SlowFlush = TimeSpan.FromMilliseconds(20);

    private static readonly string[] InMemory = ["tmpfs", "ramfs"];
    private static readonly string[] WithoutJournal = ["vfat", "msdos", "exfat", "ext2"];
    private static readonly string[] OfAnotherMachine = ["nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph", "fuse.sshfs"];
    private static readonly string[] WithoutFlush = ["nobarrier", "barrier=0", "fsync_mode=nobarrier"];
    private static readonly string[] CoarseClocks = ["jiffies", "refined-jiffies"];

    /// <summary>All findings, what makes it unfit first.</summary>
    public static IReadOnlyList<Finding> Of(Examination examination) =>
    [
        .. FileSystem(examination)
            .Concat(Room(examination))
            .Concat(Card(examination))
            .Concat(TheMachine(examination.Machine))
            .OrderByDescending(static finding => finding.IsUnfit),
    ];

    private static IEnumerable<Finding> FileSystem(Examination examination)
    {
        var mount = examination.Mount;
        if (mount.IsReadOnly)
        {
            yield return Finding.Unfit($"{mount.Point} is mounted read-only: give {OptionTable.DataPath.Name} a directory on a file system that is writable.");
        }
        else if (examination.CardFault is { } fault)
        {
            yield return Finding.Unfit(fault);
        }

        if (InMemory.Contains(mount.Type))
        {
            yield return Finding.Unfit($"{mount.Type} is memory: all data is lost when the power is cut.");
        }
        else if (mount.Type == "overlay")
        {
            yield return Finding.Unfit(
                "overlay is a container's own layer, or a root file system that forgets: data there goes with it. Mount a volume or a partition for the data.");
        }
        else if (WithoutJournal.Contains(mount.Type))
        {
            yield return Finding.Unfit($"{mount.Type} has no journal: a power cut may cost whole files. Use ext4 or f2fs.");
        }
        else if (OfAnotherMachine.Contains(mount.Type))
        {
            yield return Finding.Unfit($"{mount.Type} is another machine's: its flush is not the card's, and SQLite's log needs memory that only one machine has.");
        }

        if (WithoutFlush.FirstOrDefault(mount.Options.Contains) is { } option)
        {
            yield return Finding.Unfit($"The mount option {option} keeps flushes from the card: an acknowledged write may be lost. Mount without it.");
        }

        if (mount.Type == "btrfs" && !mount.Options.Contains("nodatacow"))
        {
            yield return Finding.Note("btrfs copies what is written in place, several times what the service writes: 'chattr +C' on the empty data directory, or ext4.");
        }
    }

    private static IEnumerable<Finding> Room(Examination examination)
    {
        var journal = examination.Options.Journal;
        var room = examination.FreeBytes + examination.JournalBytes;
        var wanted = journal.MaxBytes + journal.ReserveBytes;
        if (room >= wanted || examination.Mount.IsReadOnly)
        {
            yield break;
        }

        // Half for the journal, so that SQLite can keep what leaves it.
        var segments = (room - journal.ReserveBytes) / 2 / journal.SegmentBytes;
        yield return segments < FewestSegments
            ? Finding.Unfit($"Only {room / MiB} MiB are free: make room, or set {OptionTable.JournalSegmentBytes.Name} and {OptionTable.JournalReserveBytes.Name} lower.")
            : Finding.Note($"Only {room / MiB} MiB are free, less than journal and reserve may take: set {OptionTable.JournalMaxBytes.Name}={segments * journal.SegmentBytes}.");
    }

    private static IEnumerable<Finding> Card(Examination examination)
    {
        if (examination.Card is not { Flushes: var flushes })
        {
            yield break;
        }

        // A write waits for the group before its own, and then for its own.
        var needed = (long)Math.Ceiling(2 * flushes.Longest.TotalMilliseconds / 1000) * 1000;
        if (needed > OptionTable.WriteTimeoutMs.Max)
        {
            yield return Finding.Unfit($"A flush took {flushes.Longest.TotalSeconds:0.0} s: writes would end with TIMEOUT whatever is set. The card is worn or not made for this.");
        }
        else if (needed > examination.Options.Writes.TimeoutMs)
        {
            yield return Finding.Note($"A flush took {flushes.Longest.TotalSeconds:0.0} s: set {OptionTable.WriteTimeoutMs.Name}={needed}, or writes end with TIMEOUT.");
        }

        if (flushes.P50 > SlowFlush && examination.Options.SaveAfter < TimeSpan.FromMinutes(15))
        {
            yield return Finding.Note(
                $"The card is slow: set {OptionTable.SaveAfterMs.Name}=900000, so that what changes often is saved less often. "
                + "Write in batches, or with several clients at once: they share flushes.");
        }

        if (flushes.P50 < NoFlashIsThatFast && !InMemory.Contains(examination.Mount.Type))
        {
            yield return Finding.Note("No flash answers a flush that fast: something between (a hypervisor, a drive's cache) answers for it. Cut the power once while it writes, and look.");
        }
    }

    private static IEnumerable<Finding> TheMachine(Machine machine)
    {
        if (machine.MemoryBytes < LeastMemory)
        {
            yield return Finding.Unfit($"{machine.MemoryBytes / MiB} MiB of memory are less than the service and the system need.");
        }

        if (machine.HasOnly32BitPrograms is true)
        {
            yield return Finding.Note("The system's programs are 32-bit under a 64-bit kernel: its updates do not cover the 64-bit libraries that this one runs with. Install the 64-bit system.");
        }

        if (machine.ClockSource is { } clock && CoarseClocks.Contains(clock))
        {
            yield return Finding.Note($"The clock source {clock} counts in milliseconds: what is measured in shorter times is rounded.");
        }

        if (!machine.IsClockSynchronised)
        {
            yield return Finding.Note("The clock is not synchronised yet: timestamps go on from the newest that is stored until it is.");
        }
    }
}
