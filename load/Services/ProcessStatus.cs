using System.Globalization;

namespace EdgeOrleans.Load.Services;

/// <summary>What the kernel tells of a process.</summary>
internal static class ProcessStatus
{
    // USER_HZ, which Linux has fixed for what it shows in /proc.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat after the name; system time follows, and both for children that have ended.
    private const int Parent = 1;
    private const int UserTime = 11;

    /// <summary>Processor time so far, or null when there is no such process.</summary>
    public static double? CpuSeconds(int processId) =>
        Stat(processId) is { } fields ? (Number(fields[UserTime]) + Number(fields[UserTime + 1])) / TicksPerSecond : null;

    /// <summary>Processor time so far of a process and of its children, those that have ended too; or null when there is no such process.</summary>
    public static double? CpuSecondsWithChildren(int processId)
    {
        if (CpuSeconds(processId) is not { } own || Stat(processId) is not { } fields)
        {
            return null;
        }

        var ended = (Number(fields[UserTime + 2]) + Number(fields[UserTime + 3])) / TicksPerSecond;
        var parent = processId.ToString(CultureInfo.InvariantCulture);
        return own + ended + Directory.EnumerateDirectories("/proc")
            .Select(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id != 0 && Stat(id)?[Parent] == parent)
            .Sum(static id => CpuSeconds(id) ?? 0);
    }

    /// <summary>Resident memory, or null when there is no such process.</summary>
    public static double? RssMb(int processId)
    {
        var line = Read($"/proc/{processId}/status")?.Split('\n').FirstOrDefault(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? null : Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0;
    }

    // What follows the name, which stands in parentheses and may hold anything.
    private static string[]? Stat(int processId) => Read($"/proc/{processId}/stat") is { } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
