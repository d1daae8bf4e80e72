using System.Diagnostics;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>A small file system in memory that belongs to PostgreSQL's account. Needs root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeorleans-disk-");

    public string Path => _directory.FullName;

    /// <summary>Mounts one, or skips the test where that is not possible.</summary>
    public static SmallDisk Mount(int mebibytes)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to mount a file system of its own");
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,uid=postgres,gid=postgres,mode=700", "tmpfs", disk.Path) is { } refusal)
        {
            disk._directory.Delete();
            Assert.Skip($"needs a file system of its own: {refusal}");
        }

        return disk;
    }

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _directory.Delete();
    }

    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors.Trim();
    }
}
