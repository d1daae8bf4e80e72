using System.Security.Cryptography;
using System.Text;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// What tells one machine from another, so that a cloned card is noticed. A board's serial number does not travel with the card; the
/// system's own id does, but is made anew where cloning is done with care. Kept as hashes: a machine id is nobody else's business.
/// </summary>
internal static class MachineMarks
{
    private static readonly (string Mark, string[] Files)[] Sources =
    [
        ("board", ["/proc/device-tree/serial-number", "/sys/class/dmi/id/product_uuid"]),
        ("system", ["/etc/machine-id"]),
    ];

    /// <summary>The marks of this machine, as far as this process can see them.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        var marks = new Dictionary<string, string>();
        foreach (var (mark, files) in Sources)
        {
            if (files.Select(FirstLine).FirstOrDefault(static line => line.Length > 0) is { } line)
            {
                marks[mark] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("EdgeOrleans " + line)))[..32];
            }
        }

        return marks;
    }

    /// <summary>
    /// Whether two sets of marks can be of one machine. The strongest mark that both have decides; a container that sees none of them
    /// is given the benefit of the doubt.
    /// </summary>
    public static bool AreOfOne(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        foreach (var (mark, _) in Sources)
        {
            if (before.TryGetValue(mark, out var old) && now.TryGetValue(mark, out var found))
            {
                return old == found;
            }
        }

        return true;
    }

    private static string FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim('\0', ' ') ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
