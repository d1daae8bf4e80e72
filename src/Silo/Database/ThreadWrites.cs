using System.Globalization;

namespace EdgeOrleans.Silo.Database;

/// <summary>
/// How much a thread has handed to write calls, as the kernel counts it: SQLite tells nobody what it writes, but it writes on the thread
/// that calls it.
/// </summary>
internal static class ThreadWrites
{
    private const string Accounting = "/proc/thread-self/io";
    private const string Written = "wchar: ";

    /// <summary>Bytes so far of the current thread; 0 where the kernel does not count.</summary>
    public static long Count()
    {
        try
        {
            foreach (var line in File.ReadLines(Accounting))
            {
                if (line.StartsWith(Written, StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(Written.Length), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another system, or a kernel or container that does not tell.
        }

        return 0;
    }
}
