using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace EdgeOrleans.Load.Simulations;

/// <summary>Says when each request of an open loop is due, on a thread of its own.</summary>
internal static partial class Pacer
{
    /// <summary>Starts it; the channel gets the due moments as <see cref="Stopwatch"/> timestamps, and is completed after the last.</summary>
    public static ChannelReader<long> Start(Inject load, long startedAt)
    {
        var due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
        new Thread(() => Run(load, startedAt, due.Writer)) { IsBackground = true, Name = "pacer" }.Start();
        return due.Reader;
    }

    private static void Run(Inject load, long startedAt, ChannelWriter<long> due)
    {
        var count = (long)(load.RatePerSecond * load.Duration.TotalSeconds);
        for (var i = 0L; i < count; i++)
        {
            var at = startedAt + (long)(i * (double)Stopwatch.Frequency / load.RatePerSecond);
            WaitUntil(at);
            due.TryWrite(at);
        }

        due.Complete();
    }

    // Thread.Sleep knows whole milliseconds only, which would be in every latency.
    private static void WaitUntil(long timestamp)
    {
        var nanoseconds = (timestamp - Stopwatch.GetTimestamp()) * (1_000_000_000 / Stopwatch.Frequency);
        if (nanoseconds > 0)
        {
            var time = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
            _ = NanoSleep(time, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
