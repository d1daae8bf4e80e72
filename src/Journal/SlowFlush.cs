namespace EdgeOrleans.Journal;

/// <summary>A flush that took longer than it should.</summary>
/// <param name="Duration">Of the write and the flush together.</param>
/// <param name="Records">Records that waited for it.</param>
/// <param name="Bytes">Bytes written, padding included.</param>
public readonly record struct SlowFlush(TimeSpan Duration, int Records, int Bytes);
