namespace EdgeOrleans.ServiceHarness.Servers;

/// <summary>PostgreSQL's programs: on the path, or where Debian's package puts them.</summary>
internal static class PostgresBinaries
{
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>The full path of a program.</summary>
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static string Find(string program) =>
        Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} of PostgreSQL is neither on the path nor under {Debian}: ./test.sh installs it.");

    private static IEnumerable<string> Folders()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var versions = Directory.Exists(Debian) ? Directory.EnumerateDirectories(Debian).OrderDescending().Select(static folder => Path.Combine(folder, "bin")) : [];
        return path.Concat(versions);
    }
}
