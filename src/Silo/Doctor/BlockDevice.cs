using System.Globalization;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>What the kernel tells of the block device under a file system, in <c>/sys/dev/block</c>.</summary>
internal sealed class BlockDevice
{
    // Whatever the device's own sectors are.
    private const int SectorBytes = 512;
    private const int SectorsWritten = 6;

    private readonly string _statistics;

    private BlockDevice(string directory)
    {
        _statistics = Path.Combine(directory, "stat");
        Name = Path.GetFileName(new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory);

        // A partition has no queue of its own.
        WriteCache = FirstLine(Path.Combine(directory, "queue", "write_cache")) ?? FirstLine(Path.Combine(directory, "..", "queue", "write_cache"));
    }

    /// <summary>The kernel's name of it, such as <c>mmcblk0p2</c>.</summary>
    public string Name { get; }

    /// <summary><c>write back</c> when it needs flushes, <c>write through</c> when it says that it needs none.</summary>
    public string? WriteCache { get; }

    /// <summary>Bytes written to it since the system started, by everybody.</summary>
    public long? BytesWritten =>
        FirstLine(_statistics)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > SectorsWritten } fields
        && long.TryParse(fields[SectorsWritten], NumberStyles.None, CultureInfo.InvariantCulture, out var sectors)
            ? sectors * SectorBytes
            : null;

    /// <param name="number"><c>major:minor</c> as in mountinfo; <see langword="null"/> is returned for what lies on no one device.</param>
    public static BlockDevice? Find(string number)
    {
        var directory = $"/sys/dev/block/{number}";
        return Directory.Exists(directory) ? new BlockDevice(directory) : null;
    }

    private static string? FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
