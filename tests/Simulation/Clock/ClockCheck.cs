using EdgeOrleans.Grains.Time;
using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation.Clock;

/// <summary>Judges the service clock: it never runs back, not over a power cut either, and it leaps only when the kernel vouches for the time.</summary>
internal sealed class ClockCheck(SimulatedKernel kernel)
{
    private ServiceClock? _clock;
    private long _lastMicros;
    private long _durableMicros;
    private long _vouchedMicros;
    private long _vouchedAt;

    /// <summary>A process starts.</summary>
    /// <param name="clock">Its clock.</param>
    /// <param name="floorMicros">What its journal knew; 0 for nothing.</param>
    /// <param name="mayHaveLost">Whether damage may have taken the newest stamp.</param>
    public void Start(ServiceClock clock, long floorMicros, bool mayHaveLost)
    {
        _clock = clock;
        _lastMicros = 0;
        _vouchedMicros = Math.Max(floorMicros, ServiceClock.Epoch.ToUnixTimeMilliseconds() * 1000);
        if (floorMicros == 0)
        {
            // A first start has nothing to compare the kernel's clock with.
            _vouchedMicros = Math.Max(_vouchedMicros, kernel.WallMicros);
        }

        _vouchedAt = kernel.MonotonicMicros;
        var now = clock.NowMicros();
        if (now < _durableMicros && !mayHaveLost)
        {
            throw new OracleException($"the clock starts at {now}, and what was acknowledged before is of {_durableMicros}");
        }
    }

    /// <summary>A group became durable that was begun no earlier than now: its stamp is the least that a later process starts at.</summary>
    public void Acknowledged(long micros) => _durableMicros = Math.Max(_durableMicros, micros);

    /// <summary>Looks at the clock; to be called whenever time has passed.</summary>
    public void Look()
    {
        if (_clock is null)
        {
            return;
        }

        if (kernel.IsSynchronised && kernel.WallMicros > Vouched())
        {
            _vouchedMicros = kernel.WallMicros;
            _vouchedAt = kernel.MonotonicMicros;
        }

        var now = _clock.NowMicros();
        if (now < _lastMicros)
        {
            throw new OracleException($"the clock ran back from {_lastMicros} to {now}");
        }

        if (now > Vouched())
        {
            throw new OracleException($"the clock is at {now}, and nothing vouches for more than {Vouched()}");
        }

        _lastMicros = now;
    }

    private long Vouched() => _vouchedMicros + kernel.MonotonicMicros - _vouchedAt;
}
