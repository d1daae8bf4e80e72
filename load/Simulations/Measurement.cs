using System.Diagnostics;
using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Simulations;

/// <summary>What one phase of a run leaves behind.</summary>
internal sealed class Measurement(IReadOnlyList<string> steps)
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(250);

    private readonly StepRecorder _lateness = new("lateness");
    private readonly List<TimelinePoint>[] _timelines = [.. steps.Select(static _ => new List<TimelinePoint>())];
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private TimeSpan _takenAt;
    private long _watchedFrom = long.MaxValue;
    private long _firstSuccessAt;

    public IReadOnlyList<StepRecorder> Steps { get; } = [.. steps.Select(static name => new StepRecorder(name))];

    /// <summary>When the first right answer to a request sent after <see cref="WatchFrom"/> came, as a <see cref="Stopwatch"/> timestamp; 0 when none did.</summary>
    public long FirstSuccessAt => Volatile.Read(ref _firstSuccessAt);

    /// <summary>Looks out for the first right answer to a request sent after this.</summary>
    public void WatchFrom(long timestamp) => Volatile.Write(ref _watchedFrom, timestamp);

    public void Succeeded(long sentAt)
    {
        if (sentAt >= Volatile.Read(ref _watchedFrom))
        {
            Interlocked.CompareExchange(ref _firstSuccessAt, Stopwatch.GetTimestamp(), 0);
        }
    }

    /// <summary>A request of an open loop was sent so long after it was due.</summary>
    public void Lateness(TimeSpan time) => _lateness.Success(time);

    /// <summary>Closes an interval of the timeline.</summary>
    /// <returns>What came in during it, the first step first.</returns>
    public IReadOnlyList<TimelinePoint> Tick()
    {
        var at = Stopwatch.GetElapsedTime(_startedAt);
        var length = at - _takenAt;
        _takenAt = at;
        for (var i = 0; i < Steps.Count; i++)
        {
            _timelines[i].Add(Steps[i].TakeInterval(at, length));
        }

        return [.. _timelines.Select(static timeline => timeline[^1])];
    }

    /// <summary>Closes the last interval, unless it is too short to tell a rate.</summary>
    public void Finish()
    {
        if (_takenAt == default || Stopwatch.GetElapsedTime(_startedAt) - _takenAt > ShortestInterval)
        {
            Tick();
        }
    }

    public IReadOnlyList<StepResult> Results(TimeSpan length) =>
        [.. Steps.Select((step, i) => step.Result(length, _timelines[i]))];

    /// <summary>How late requests left, 99 of 100; null for a closed loop.</summary>
    public double? LatenessP99Ms() => _lateness.Result(TimeSpan.FromSeconds(1), []) is { Count: > 0 } lateness ? lateness.P99Ms : null;
}
