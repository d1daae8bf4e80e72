using System.Globalization;

namespace EdgeOrleans.ServiceHarness;

/// <summary>What a process listens on, as the kernel sees it.</summary>
public static class ListeningSockets
{
    private const string ListenState = "0A";

    /// <summary>The TCP ports that a process listens on.</summary>
    public static IReadOnlyCollection<int> PortsOf(int processId)
    {
        var inodes = Directory.EnumerateFiles($"/proc/{processId}/fd")
            .Select(TargetOf)
            .Where(static target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(static target => target["socket:[".Length..^1])
            .ToHashSet();
        return
        [
            .. from table in new[] { $"/proc/{processId}/net/tcp", $"/proc/{processId}/net/tcp6" }
               where File.Exists(table)
               from line in File.ReadLines(table).Skip(1)
               let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where fields[3] == ListenState && inodes.Contains(fields[9])
               select int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        ];
    }

    private static string TargetOf(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name ?? "";
        }
        catch (FileNotFoundException)
        {
            // Closed since it was listed, so nothing listens there.
            return "";
        }
    }
}
