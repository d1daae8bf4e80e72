namespace EdgeOrleans.Silo.Doctor;

/// <summary>What the card can do, as measured.</summary>
/// <param name="Flushes">How long a 4-KiB write with its flush takes, as the journal makes them.</param>
/// <param name="SequentialBytesPerSecond">One long write, flushed.</param>
/// <param name="ScatteredWritesPerSecond">4-KiB writes at random places, flushed together, as SQLite makes them.</param>
/// <param name="DeviceBytesPerFlush">What reached the block device for each flush; <see langword="null"/> where nobody counts.</param>
internal sealed record CardFigures(
    FlushTimes Flushes, double SequentialBytesPerSecond, double ScatteredWritesPerSecond, double? DeviceBytesPerFlush);
