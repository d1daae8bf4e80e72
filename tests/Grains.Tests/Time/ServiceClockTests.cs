using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Grains.Tests.Time;

public sealed class ServiceClockTests
{
    private static readonly DateTimeOffset Floor = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly SystemClock _system = new();
    private readonly Source _source = new();

    [Theory]
    [InlineData(1)]
    [InlineData(24 * 365)]
    [InlineData(24 * 365 * 56)]
    public void Clock_started_in_the_past_goes_on_from_the_floor(int hours)
    {
        _system.Wall = Floor.AddHours(-hours);
        var clock = Start();
        Assert.Equal(Floor, clock.GetUtcNow());
        _system.Pass(TimeSpan.FromMinutes(3));
        Assert.Equal(Floor.AddMinutes(3), clock.GetUtcNow());
    }

    [Fact]
    public void System_clock_ahead_is_adopted_only_once_it_is_synchronised()
    {
        _system.Wall = Floor.AddDays(30);
        var clock = Start();
        _system.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(Floor.AddSeconds(10), clock.GetUtcNow());

        _source.IsSynchronised = true;
        _system.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(_system.Wall, clock.GetUtcNow());
    }

    [Fact]
    public void Synchronised_system_clock_at_start_is_adopted_at_once()
    {
        _source.IsSynchronised = true;
        _system.Wall = Floor.AddDays(30);
        Assert.Equal(_system.Wall, Start().GetUtcNow());
    }

    [Fact]
    public void Leap_to_2080_by_hand_is_not_adopted_and_leaves_no_trace()
    {
        _source.IsSynchronised = true;
        _system.Wall = Floor;
        var clock = Start();
        _system.Wall = new DateTimeOffset(2080, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _source.IsSynchronised = false;
        _system.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(Floor.AddMinutes(1), clock.GetUtcNow());

        _system.Wall = Floor.AddMinutes(1);
        _source.IsSynchronised = true;
        _system.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(Floor.AddMinutes(2), clock.GetUtcNow());
    }

    [Fact]
    public void Clock_set_between_the_look_at_the_time_and_the_kernels_word_is_not_adopted()
    {
        _source.IsSynchronised = true;
        _system.Wall = Floor;
        var clock = Start();
        _system.Pass(TimeSpan.FromSeconds(2));
        _system.Wall = new DateTimeOffset(2080, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _system.AfterLook = () => _source.IsSynchronised = false;
        Assert.Equal(Floor.AddSeconds(2), clock.GetUtcNow());
    }

    [Fact]
    public void Step_back_of_a_synchronised_clock_is_ignored()
    {
        _source.IsSynchronised = true;
        _system.Wall = Floor;
        var clock = Start();
        _system.Wall = Floor.AddHours(-1);
        _system.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(Floor.AddSeconds(5), clock.GetUtcNow());
    }

    [Fact]
    public void First_start_takes_a_plausible_clock_and_no_other()
    {
        _system.Wall = Floor;
        Assert.Equal(Floor, Start(0).GetUtcNow());
        _system.Wall = DateTimeOffset.UnixEpoch;
        Assert.Equal(ServiceClock.Epoch, Start(0).GetUtcNow());
        _system.Wall = new DateTimeOffset(2080, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(ServiceClock.Epoch, Start(0).GetUtcNow());
    }

    [Fact]
    public void Kernel_answers()
    {
        // Either answer is right; that it comes without a fault is what is shown.
        _ = new KernelClockSource().IsSynchronised;
        var clock = new ServiceClock(0, TimeProvider.System, new KernelClockSource());
        var first = clock.NowMicros();
        Assert.InRange(clock.NowMicros(), first, first + 60_000_000);
    }

    [Fact]
    public void Clock_never_runs_back_whatever_the_system_does()
    {
        const int Seed = 20261124;
        var random = new Random(Seed);
        _system.Wall = Floor;
        var clock = Start();
        var last = clock.GetUtcNow();
        for (var i = 0; i < 100_000; i++)
        {
            _source.IsSynchronised = random.Next(4) == 0;
            _system.Wall = random.Next(10) == 0 ? Floor.AddSeconds(random.Next(-1_000_000, 1_000_000)) : _system.Wall;
            _system.Pass(TimeSpan.FromMilliseconds(random.Next(900)));
            var now = clock.GetUtcNow();
            Assert.True(now >= last, $"ran back at step {i} of seed {Seed}");
            last = now;
        }
    }

    private ServiceClock Start(long? floorMicros = null) =>
        new(floorMicros ?? (Floor.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond, _system, _source);

    private sealed class Source : IClockSource
    {
        public bool IsSynchronised { get; set; }
    }

    /// <summary>Wall clock and monotonic clock set apart, as a step of the system's clock does.</summary>
    private sealed class SystemClock : TimeProvider
    {
        private long _ticks;

        public DateTimeOffset Wall { get; set; }

        public Action? AfterLook { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time)
        {
            _ticks += time.Ticks;
            Wall += time;
        }

        public override DateTimeOffset GetUtcNow()
        {
            var wall = Wall;
            AfterLook?.Invoke();
            return wall;
        }

        public override long GetTimestamp() => _ticks;
    }
}
