namespace EdgeOrleans.Silo.Doctor;

/// <summary>One mounted file system, as <c>/proc/self/mountinfo</c> has it.</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="DeviceNumber"><c>major:minor</c>.</param>
/// <param name="Type">The file system's type, such as <c>ext4</c>.</param>
/// <param name="Source">What is mounted, such as <c>/dev/mmcblk0p2</c>.</param>
/// <param name="Options">Options of the mount and of the file system, each once.</param>
internal sealed record Mount(string Point, string DeviceNumber, string Type, string Source, IReadOnlyList<string> Options)
{
    private const string MountInfo = "/proc/self/mountinfo";

    /// <summary>Whether nothing can be written to it.</summary>
    public bool IsReadOnly => Options.Contains("ro");

    /// <summary>The one that a path lies on, whether the path is there or not.</summary>
    /// <exception cref="IOException">The kernel does not tell, or links lead in a circle.</exception>
    public static Mount Of(string path) => Of(path, File.ReadLines(MountInfo));

    internal static Mount Of(string path, IEnumerable<string> mountInfo)
    {
        var real = RealPath(path);
        Mount? found = null;
        foreach (var line in mountInfo)
        {
            // Of those at one point the last covers the others.
            if (Parse(line) is { } mount && Holds(mount.Point, real) && mount.Point.Length >= (found?.Point.Length ?? 0))
            {
                found = mount;
            }
        }

        return found ?? throw new IOException($"{MountInfo} has nothing that holds {real}.");
    }

    // id parent major:minor root point options [optional…] - type source super-options
    private static Mount? Parse(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-");
        return dash < 6 || fields.Length < dash + 4
            ? null
            : new Mount(
                Unescape(fields[4]), fields[2], fields[dash + 1], Unescape(fields[dash + 2]),
                [.. fields[5].Split(',').Concat(WithoutWritable(fields[dash + 3])).Distinct()]);
    }

    // A writable file system may be mounted read-only; one that turned read-only after an error says so here alone.
    private static IEnumerable<string> WithoutWritable(string options) => options.Split(',').Where(static option => option != "rw");

    private static bool Holds(string point, string path) =>
        path == point || path.StartsWith(point == "/" ? point : point + "/", StringComparison.Ordinal);

    private static string RealPath(string path)
    {
        var real = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new DirectoryInfo(real) is { LinkTarget: not null } link)
            {
                real = RealPath(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
            }
        }

        return real;
    }

    // Blanks and the like are written as \040.
    private static string Unescape(string text)
    {
        for (var at = text.IndexOf('\\'); at >= 0 && at + 4 <= text.Length; at = text.IndexOf('\\', at + 1))
        {
            text = text[..at] + (char)Convert.ToInt32(text.Substring(at + 1, 3), 8) + text[(at + 4)..];
        }

        return text;
    }
}
