using System.Runtime.InteropServices;

namespace EdgeOrleans.Grains;

/// <summary>What <c>malloc</c> keeps for SQLite and others.</summary>
internal static partial class NativeHeap
{
    /// <summary>M_ARENA_MAX of glibc's malloc.h.</summary>
    private const int ArenaMax = -8;

    /// <summary>
    /// Has all threads share one arena. By default glibc gives each of them one, up to eight for each core, and what was freed in one serves
    /// no other: blobs of 900 KB, read and written on many threads, came to 10 MiB of that.
    /// </summary>
    public static void ShareOneArena()
    {
        try
        {
            _ = Mallopt(ArenaMax, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with a malloc of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Mallopt(int parameter, int value);
}
