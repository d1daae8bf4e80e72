using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Simulation.Clock;

/// <summary>
/// The kernel's clocks on a machine without a battery clock: the real time, which nobody on the machine knows, the wall clock,
/// which starts anywhere and is stepped, and the monotonic clock, which starts anew at each boot. Time passes when the simulation says so.
/// </summary>
internal sealed class SimulatedKernel : TimeProvider, IClockSource
{
    public const long MicrosPerSecond = 1_000_000;

    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    private readonly List<SimulatedTimer> _timers = [];
    private long _wallOffsetMicros;
    private long _timerOrder;

    /// <summary>The true time, in microseconds since the Unix epoch.</summary>
    public long TrueMicros { get; private set; } = new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;

    /// <summary>Microseconds since this boot.</summary>
    public long MonotonicMicros { get; private set; }

    /// <summary>What the machine's clock shows.</summary>
    public long WallMicros => TrueMicros + _wallOffsetMicros;

    /// <summary>Whether the kernel says that the wall clock follows a reference.</summary>
    public bool IsSynchronised { get; private set; }

    public override long TimestampFrequency => MicrosPerSecond;

    public override long GetTimestamp() => MonotonicMicros;

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(Math.Max(0, WallMicros) * 10);

    /// <summary>The machine starts with its wall clock so far from the truth, and nothing that tells it.</summary>
    public void Boot(long wallOffsetMicros)
    {
        _timers.Clear();
        MonotonicMicros = 0;
        _wallOffsetMicros = wallOffsetMicros;
        IsSynchronised = false;
    }

    /// <summary>The process is gone; its timers go with it.</summary>
    public void Kill() => _timers.Clear();

    /// <summary>The power is off for so long.</summary>
    public void PassWhileOff(long micros) => TrueMicros += micros;

    /// <summary>Somebody sets the wall clock.</summary>
    public void StepWall(long micros) => _wallOffsetMicros += micros;

    /// <summary>A time server is heard; it may itself be wrong by so much.</summary>
    public void Synchronize(long errorMicros)
    {
        _wallOffsetMicros = errorMicros;
        IsSynchronised = true;
    }

    /// <summary>The time server is lost; the wall clock goes on.</summary>
    public void LoseSynchronization() => IsSynchronised = false;

    /// <summary>Lets time pass; timers that come due run in their order.</summary>
    public void Advance(long micros)
    {
        var end = MonotonicMicros + micros;
        while (NextDue(end) is { } timer)
        {
            Pass(Math.Max(0, timer.DueMicros - MonotonicMicros));
            timer.Fire(MonotonicMicros);
        }

        Pass(end - MonotonicMicros);
    }

    /// <summary>How long until the next timer; <see langword="null"/> when there is none.</summary>
    public long? UntilNextTimer()
    {
        var next = NextDue(long.MaxValue - 1);
        return next is null ? null : Math.Max(0, next.DueMicros - MonotonicMicros);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state, _timerOrder++);
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    private void Pass(long micros)
    {
        MonotonicMicros += micros;
        TrueMicros += micros;
    }

    private SimulatedTimer? NextDue(long end)
    {
        SimulatedTimer? next = null;
        foreach (var timer in _timers)
        {
            if (timer.DueMicros <= end && (next is null || (timer.DueMicros, timer.Order).CompareTo((next.DueMicros, next.Order)) < 0))
            {
                next = timer;
            }
        }

        return next;
    }

    private sealed class SimulatedTimer(SimulatedKernel kernel, TimerCallback callback, object? state, long order) : ITimer
    {
        private long _periodMicros;

        public long DueMicros { get; private set; } = long.MaxValue;

        public long Order => order;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueMicros = dueTime < TimeSpan.Zero ? long.MaxValue : kernel.MonotonicMicros + (dueTime.Ticks / 10);
            _periodMicros = period <= TimeSpan.Zero ? 0 : Math.Max(1, period.Ticks / 10);
            return true;
        }

        public void Fire(long now)
        {
            DueMicros = _periodMicros == 0 ? long.MaxValue : now + _periodMicros;
            callback(state);
        }

        public void Dispose() => kernel._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
