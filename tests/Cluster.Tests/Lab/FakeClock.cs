namespace EdgeOrleans.Cluster.Tests.Lab;

/// <summary>A wrong clock for one process, by the library of Debian's package <c>faketime</c>.</summary>
internal static class FakeClock
{
    private const string Library = "libfaketimeMT.so.1";

    /// <summary>The environment variables that put a process an hour behind; its timers go on as they should.</summary>
    public static (string Name, string Value)[] AnHourBehind() =>
    [
        ("LD_PRELOAD", Find()),
        ("FAKETIME", "-1h"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];

    /// <summary>The same for a clock that is set while the process runs, by what a file says.</summary>
    public static (string Name, string Value)[] Of(string file) =>
    [
        ("LD_PRELOAD", Find()),
        ("FAKETIME_TIMESTAMP_FILE", file),
        ("FAKETIME_CACHE_DURATION", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];

    private static string Find() =>
        Directory.EnumerateDirectories("/usr/lib").Select(static folder => Path.Combine(folder, "faketime", Library)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{Library} is not under /usr/lib: ./test.sh installs it.");
}
