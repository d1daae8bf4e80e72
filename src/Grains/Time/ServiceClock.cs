namespace EdgeOrleans.Grains.Time;

/// <summary>
/// The time of timestamps and versions. It never runs back, and it believes the system's clock only as far as that deserves it:
/// a Raspberry Pi has no battery clock and wakes in the past, or anywhere.
/// </summary>
/// <remarks>
/// It starts at the floor that the journal found on flash and goes on with monotonic time. A system clock that is ahead is adopted
/// once the kernel reports that it is synchronised, and never before: setting the clock by hand clears the kernel's report,
/// so a slip to the year 2080 passes without a trace. Only at the very first start, with no floor to begin from, is a system clock
/// that nobody vouches for taken as it is, when it is not out of all reason.
/// </remarks>
public sealed class ServiceClock : TimeProvider
{
    /// <summary>No state is older than the service itself; the time of a first start whose system clock is out of all reason.</summary>
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // A first start has no floor to compare with. Twenty years is longer than a card lives.
    private static readonly TimeSpan Plausible = TimeSpan.FromDays(20 * 365);

    // How often the system's clock is looked at. Between two looks only the monotonic clock is read.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _system;
    private readonly IClockSource _source;
    private readonly Lock _adoption = new();
    private volatile Reading _reading;
    private long _nextLook;

    /// <summary>Starts the clock.</summary>
    /// <param name="floorMicros">Microseconds since the Unix epoch that it was already past; 0 when none is known.</param>
    /// <param name="system">The system's clock, timers and monotonic time.</param>
    /// <param name="source">Whether the system's clock is synchronised.</param>
    public ServiceClock(long floorMicros, TimeProvider system, IClockSource source)
    {
        _system = system;
        _source = source;
        var floor = Later(Epoch, DateTimeOffset.UnixEpoch.AddTicks(floorMicros * TimeSpan.TicksPerMicrosecond));
        var now = system.GetUtcNow();
        var isBelieved = source.IsSynchronised || (floorMicros == 0 && now < Epoch + Plausible);
        BeganAtFloor = floorMicros > 0 && (!isBelieved || now <= floor);
        _reading = new Reading(isBelieved ? Later(floor, now) : floor, system.GetTimestamp());
        _nextLook = _reading.Timestamp + Ticks(LookInterval);
    }

    /// <summary>Whether it began at the floor, because the system's clock was behind it or not to be believed.</summary>
    public bool BeganAtFloor { get; }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => _system.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => _system.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _system.CreateTimer(callback, state, dueTime, period);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        // The reading is taken before the timestamp, so elapsed time is never negative.
        var reading = _reading;
        var timestamp = _system.GetTimestamp();
        return timestamp < Volatile.Read(ref _nextLook) ? At(reading, timestamp) : Look();
    }

    /// <summary>Now, in microseconds since the Unix epoch.</summary>
    public long NowMicros() => (GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private DateTimeOffset Look()
    {
        lock (_adoption)
        {
            var timestamp = _system.GetTimestamp();
            var own = At(_reading, timestamp);
            Volatile.Write(ref _nextLook, timestamp + Ticks(LookInterval));

            // The time before the kernel's word on it: a clock that is set in between is then not believed.
            var system = _system.GetUtcNow();
            if (system <= own || !_source.IsSynchronised)
            {
                return own;
            }

            _reading = new Reading(system, timestamp);
            return system;
        }
    }

    private DateTimeOffset At(Reading reading, long timestamp) =>
        reading.Time + _system.GetElapsedTime(reading.Timestamp, timestamp);

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _system.TimestampFrequency);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed record Reading(DateTimeOffset Time, long Timestamp);
}
