using System.Globalization;
using System.Net;

namespace EdgeOrleans.Load.Services;

/// <summary>Finds who listens on a port of this machine.</summary>
internal static class ListeningProcess
{
    private const string ListenState = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The process id; null when it is another machine's port, nobody's, or a process that may not be looked at.</summary>
    public static int? Find(IPEndPoint endPoint)
    {
        if (!IPAddress.IsLoopback(endPoint.Address))
        {
            return null;
        }

        var inodes = Inodes(endPoint.Port);
        return Directory.EnumerateDirectories("/proc")
            .Select(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(static id => id != 0)
            .FirstOrDefault(id => OpenFiles(id).Any(inodes.Contains)) is var found and not 0 ? found : null;
    }

    /// <summary>Where a process keeps its data, told by the lock that it holds; null when it has none.</summary>
    public static string? DataPath(int processId) =>
        Path.GetDirectoryName(OpenFiles(processId).FirstOrDefault(static file => file.EndsWith("/journal.lock", StringComparison.Ordinal)));

    private static HashSet<string> Inodes(int port) =>
    [
        .. from table in Tables
           where File.Exists(table)
           from line in File.ReadLines(table).Skip(1)
           let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where fields[3] == ListenState && int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port
           select $"socket:[{fields[9]}]",
    ];

    private static string[] OpenFiles(int processId)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{processId}/fd").Select(Target)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Target(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget ?? "";
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return "";
        }
    }
}
