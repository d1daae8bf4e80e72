using System.Diagnostics;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>
/// Measures the card through the journal's own disk, in one file of its own. Each part ends after a time, so that a slow card
/// takes seconds as a fast one does; only a flush that has begun cannot be cut short.
/// </summary>
internal sealed class CardProbe(IDisk disk, BlockDevice? device, CancellationToken ct)
{
    /// <summary>The most room it takes.</summary>
    public const long Bytes = 16 * 1024 * 1024;

    private const int BlockBytes = 4096;
    private const int ChunkBytes = 1024 * 1024;
    private const int MostFlushes = 4000;
    private const int FewestFlushes = 20;
    private const int ScatteredAtOnce = 64;

    private static readonly TimeSpan SequentialTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlushTimeOfFew = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ScatteredTime = TimeSpan.FromSeconds(1);

    // Nothing that a card could compress or skip as zeros.
    private readonly byte[] _noise = Noise();

    /// <summary>Measures.</summary>
    /// <exception cref="IOException">The card does not take it.</exception>
    /// <exception cref="OperationCanceledException">Somebody asked to stop.</exception>
    public CardFigures Measure()
    {
        using var file = disk.Create("probe");
        disk.FlushNames();
        var sequential = Sequential(file);
        var before = device?.BytesWritten;
        var flushes = Flushes(file);
        var perFlush = (device?.BytesWritten - before) / (double)flushes.Count;
        return new CardFigures(flushes, sequential, Scattered(file), perFlush);
    }

    private double Sequential(IDiskFile file)
    {
        var begin = Stopwatch.GetTimestamp();
        var written = 0L;
        do
        {
            ct.ThrowIfCancellationRequested();
            file.Write(_noise, written);
            file.FlushData();
            written += _noise.Length;
        }
        while (written < Bytes && Stopwatch.GetElapsedTime(begin) < SequentialTime);

        return written / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>As the journal writes: ahead in a file that is there already, so that a flush has no metadata to write.</summary>
    private FlushTimes Flushes(IDiskFile file)
    {
        // Asked once: since Linux 6.13 a look at a file's times makes the next write to it write its inode too.
        var length = file.Length;
        var times = new List<TimeSpan>();
        var begin = Stopwatch.GetTimestamp();
        while (times.Count < MostFlushes && Stopwatch.GetElapsedTime(begin) is var elapsed
            && elapsed < (times.Count < FewestFlushes ? FlushTimeOfFew : FlushTime))
        {
            ct.ThrowIfCancellationRequested();
            var offset = (long)times.Count * BlockBytes % length;
            var start = Stopwatch.GetTimestamp();
            file.Write(Block(times.Count), offset);
            file.FlushData();
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return new FlushTimes(times);
    }

    private double Scattered(IDiskFile file)
    {
        var blocks = (int)(file.Length / BlockBytes);
        var begin = Stopwatch.GetTimestamp();
        var written = 0;
        do
        {
            for (var i = 0; i < ScatteredAtOnce; i++)
            {
                ct.ThrowIfCancellationRequested();
                file.Write(Block(written++), (long)Random.Shared.Next(blocks) * BlockBytes);
            }

            file.FlushData();
        }
        while (Stopwatch.GetElapsedTime(begin) < ScatteredTime);

        return written / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private ReadOnlySpan<byte> Block(int i) => _noise.AsSpan(i % (ChunkBytes / BlockBytes) * BlockBytes, BlockBytes);

    private static byte[] Noise()
    {
        var noise = new byte[ChunkBytes];
        Random.Shared.NextBytes(noise);
        return noise;
    }
}
