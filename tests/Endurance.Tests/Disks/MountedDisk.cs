using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeOrleans.Endurance.Tests.Disks;

/// <summary>A small file system of its own, so that a test can fill it or break it. Needs root.</summary>
internal sealed class MountedDisk : IDisposable
{
    private readonly string _home;
    private readonly string? _image;

    private MountedDisk(string home, string? image)
    {
        _home = home;
        _image = image;
    }

    public string Path => System.IO.Path.Combine(_home, "disk");

    /// <summary>Bytes that a file may still take.</summary>
    public long FreeBytes => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>A disk in memory. Skips the test where there can be none.</summary>
    public static MountedDisk InMemory(int mebibytes)
    {
        SkipWithoutRoot();
        var disk = new MountedDisk(Directory.CreateTempSubdirectory("edgeorleans-disk-").FullName, null);
        Directory.CreateDirectory(disk.Path);
        disk.RequireOrSkip("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", disk.Path);
        return disk;
    }

    /// <summary>An ext4 of its own that turns read-only at the first error, as those of devices do. Skips the test where there can be none.</summary>
    public static MountedDisk Ext4(int mebibytes)
    {
        SkipWithoutRoot();
        var home = Directory.CreateTempSubdirectory("edgeorleans-disk-").FullName;
        var disk = new MountedDisk(home, System.IO.Path.Combine(home, "image"));
        Directory.CreateDirectory(disk.Path);
        using (var image = File.Create(disk._image!))
        {
            image.SetLength(mebibytes * 1024L * 1024);
        }

        disk.RequireOrSkip("mkfs.ext4", "-q", disk._image!);
        disk.Mount();
        return disk;
    }

    /// <summary>Takes room until only so many bytes are free.</summary>
    public void Fill(long leave)
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 * 1024];
        try
        {
            while (FreeBytes - leave is var room and > 0)
            {
                ballast.Write(block.AsSpan(0, (int)Math.Min(room, block.Length)));
            }
        }
        catch (IOException)
        {
            // Full to the last byte.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Empty() => File.Delete(Ballast);

    /// <summary>The file system meets an error and takes no writes from here on. Skips the test where the kernel cannot be asked for one.</summary>
    public void Break()
    {
        var loop = System.IO.Path.GetFileName(Run("losetup", "-j", _image!).Output.Split(':')[0]);
        var trigger = $"/sys/fs/ext4/{loop}/trigger_fs_error";
        Assert.SkipUnless(File.Exists(trigger), $"there is no {trigger} to ask the kernel for an error of the file system");
        File.WriteAllText(trigger, "1");
    }

    /// <summary>Nothing can be written any more, as on a card that is mounted so.</summary>
    public void MakeReadOnly() => RequireOrSkip("mount", "-o", "remount,ro", Path);

    /// <summary>What an operator does: check the file system and mount it again.</summary>
    public void Repair()
    {
        RequireOrSkip("umount", Path);
        var check = Run("e2fsck", "-fy", _image!);
        Assert.True(check.ExitCode is 0 or 1, check.Output);
        Mount();
    }

    public void Dispose()
    {
        // Lazily, because a process that is only just gone may hold it for a moment.
        Run("umount", "-l", Path);
        Directory.Delete(_home, recursive: true);
    }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    private void Mount() => RequireOrSkip("mount", "-o", "loop,errors=remount-ro", _image!, Path);

    private void RequireOrSkip(string program, params string[] arguments)
    {
        var (code, output) = Run(program, arguments);
        if (code != 0)
        {
            Directory.Delete(_home, recursive: true);
            Assert.Skip($"needs a file system of its own, and {program} says: {output.Trim()}");
        }
    }

    private static void SkipWithoutRoot() => Assert.SkipUnless(UserId() == 0, "needs root, to mount a file system of its own");

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output.Result + errors);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint UserId();
}
