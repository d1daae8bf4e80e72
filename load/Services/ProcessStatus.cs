using System.Globalization;

namespace EdgeOrleans.Load.Services;

/// <summary>What the kernel tells of a process.</summary>
internal static class ProcessStatus
{
    // USER_HZ, which Linux has fixed for what it shows in /proc.
    private const double TicksPerSecond = 100;

    /// <summary>Processor time so far, or null when there is no such process.</summary>
    public static double? CpuSeconds(int processId)
    {
        // The name in parentheses may hold anything; 14th and 15th of all fields are user and system time.
        if (Read($"/proc/{processId}/stat") is not { } stat)
        {
            return null;
        }

        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Resident memory, or null when there is no such process.</summary>
    public static double? RssMb(int processId)
    {
        var line = Read($"/proc/{processId}/status")?.Split('\n').FirstOrDefault(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? null : Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0;
    }

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
