using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeOrleans.Load.Peers;

/// <summary>What one write of 4 KiB and its flush take on a disk: no durable answer can be faster.</summary>
internal static partial class FlushProbe
{
    private const int Count = 500;

    /// <summary>The median, in milliseconds.</summary>
    /// <exception cref="LoadFault">The disk cannot be flushed.</exception>
    public static double MedianMs(string directory)
    {
        var path = Path.Combine(directory, "flush-probe");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        var block = new byte[4096];
        var times = new double[Count];
        for (var i = -Count; i < Count; i++)
        {
            // The first half fills the file, as a flush of a growing file costs more; the second writes over it.
            var startedAt = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, (i + Count) % Count * block.Length);
            if (FlushData(file) != 0)
            {
                throw new LoadFault($"{directory} cannot be flushed.");
            }

            times[Math.Max(i, 0)] = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Count / 2];
    }

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    private static partial int FlushData(SafeFileHandle file);
}
