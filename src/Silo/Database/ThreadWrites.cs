using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace EdgeOrleans.Silo.Database;

/// <summary>
/// How much a thread has handed to write calls, as the kernel counts it: SQLite tells nobody what it writes, but it writes on the thread
/// that calls it.
/// </summary>
internal static class ThreadWrites
{
    private const string Accounting = "/proc/thread-self/io";

    // Seven lines of a name and a number.
    private const int MostBytes = 256;

    // Each save asks four times: what a reader allocates for it was most of what a save allocated, and to open the file most of the rest.
    [ThreadStatic]
    private static SafeFileHandle? OfThread;

    private static ReadOnlySpan<byte> Written => "wchar: "u8;

    /// <summary>Bytes so far of the current thread; 0 where the kernel does not count.</summary>
    public static long Count()
    {
        try
        {
            OfThread ??= File.OpenHandle(Accounting);
            Span<byte> buffer = stackalloc byte[MostBytes];
            var text = buffer[..RandomAccess.Read(OfThread, buffer, 0)];
            if (text.IndexOf(Written) is >= 0 and var at && Utf8Parser.TryParse(text[(at + Written.Length)..], out long bytes, out _))
            {
                return bytes;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another system, or a kernel or container that does not tell.
        }

        return 0;
    }
}
