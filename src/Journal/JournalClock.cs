namespace EdgeOrleans.Journal;

/// <summary>What is stamped into headers: the service clock, and never less than what was stamped or found before.</summary>
internal sealed class JournalClock(long floorMicros)
{
    private TimeProvider? _clock;
    private long _lastMicros = floorMicros;

    /// <summary>From now on, stamps come from this clock. Until then they repeat what was found at start.</summary>
    public void Use(TimeProvider clock) => Volatile.Write(ref _clock, clock);

    /// <summary>Microseconds since the Unix epoch.</summary>
    public long Now()
    {
        var micros = Volatile.Read(ref _clock) is { } clock
            ? (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            : 0;
        var last = Volatile.Read(ref _lastMicros);
        while (micros > last)
        {
            var seen = Interlocked.CompareExchange(ref _lastMicros, micros, last);
            if (seen == last)
            {
                return micros;
            }

            last = seen;
        }

        return last;
    }
}
