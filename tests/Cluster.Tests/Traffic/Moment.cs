using System.Diagnostics;

namespace EdgeOrleans.Cluster.Tests.Traffic;

/// <summary>The one clock of all figures: microseconds since the tests began, which people can read.</summary>
internal static class Moment
{
    private static readonly long Began = Stopwatch.GetTimestamp();

    public static long Now => (long)Stopwatch.GetElapsedTime(Began).TotalMicroseconds;
}
