using System.Globalization;

namespace EdgeOrleans.Load.Services;

/// <summary>
/// The block device below a path. Its counters are what flash sees; those of <c>/proc/PID/io</c> mislead by a factor of ten and
/// more. They count everybody's writes: for exact numbers the data must be on a device of its own.
/// </summary>
internal sealed class BlockDevice
{
    private const int BytesPerSector = 512;
    private readonly string _stat;

    private BlockDevice(string name, string stat)
    {
        Name = name;
        _stat = stat;
    }

    public string Name { get; }

    /// <summary>Bytes written to it since the machine started.</summary>
    public long BytesWritten => Field(6) * BytesPerSector;

    /// <summary>Flushes of its cache since the machine started.</summary>
    public long Flushes => Field(15);

    /// <summary>The device of a path; null when the file system has none of its own.</summary>
    public static BlockDevice? Of(string path)
    {
        // 36 35 98:0 /root /mount/point rw,noatime … - ext4 /dev/vda rw
        var mount = File.ReadLines("/proc/self/mountinfo")
            .Select(static line => line.Split(' '))
            .Where(fields => IsBelow(path, fields[4]))
            .MaxBy(static fields => fields[4].Length);
        var stat = mount is null ? null : $"/sys/dev/block/{mount[2]}/stat";
        return stat is not null && File.Exists(stat) ? new BlockDevice(mount![Array.IndexOf(mount, "-") + 2], stat) : null;
    }

    private static bool IsBelow(string path, string mount) =>
        mount == "/" || path == mount || path.StartsWith($"{mount}/", StringComparison.Ordinal);

    private long Field(int index)
    {
        var fields = File.ReadAllText(_stat).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return index < fields.Length ? long.Parse(fields[index], CultureInfo.InvariantCulture) : 0;
    }
}
