using System.Diagnostics;

namespace EdgeOrleans.Simulation.Running;

/// <summary>Plays many seeds on all cores. Seeds share nothing, so their order does not matter.</summary>
internal sealed class SeedRange(Scenario scenario, ulong from, long count, Trial trial)
{
    private readonly Lock _lock = new();
    private readonly List<SeedFailure> _failures = [];
    private readonly SeedCounts _counts = new();
    private long _next;
    private long _done;

    /// <summary>Stop after so many failures.</summary>
    public int FailureLimit { get; init; } = 1;

    /// <summary>Threads to use.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Stop after so long, passed or not.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.MaxValue;

    /// <summary>Told now and then how many are done.</summary>
    public Action<long, TimeSpan>? Progress { get; init; }

    /// <summary>What broke, the least seed first.</summary>
    public IReadOnlyList<SeedFailure> Failures => _failures;

    public SeedCounts Counts => _counts;

    public long Done => Volatile.Read(ref _done);

    public TimeSpan Elapsed { get; private set; }

    public double SeedsPerSecond => Done / Elapsed.TotalSeconds;

    public void Run()
    {
        var watch = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, (int)Math.Min(Workers, count))
            .Select(_ => new Thread(() => Work(watch), maxStackSize: 4 << 20)).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            while (!thread.Join(TimeSpan.FromMilliseconds(200)))
            {
                Progress?.Invoke(Done, watch.Elapsed);
            }
        }

        Elapsed = watch.Elapsed;
        Progress?.Invoke(Done, watch.Elapsed);
        _failures.Sort((a, b) => a.Seed.CompareTo(b.Seed));
    }

    private void Work(Stopwatch watch)
    {
        var counts = new SeedCounts();
        while (watch.Elapsed < TimeLimit)
        {
            lock (_lock)
            {
                if (_next >= count || _failures.Count >= FailureLimit)
                {
                    break;
                }
            }

            var run = new SeedRun(from + (ulong)(Interlocked.Increment(ref _next) - 1), trial, traced: false);
            if (run.Seed - from >= (ulong)count)
            {
                break;
            }

            if (SeedFailure.Play(scenario, run) is { } failure)
            {
                lock (_lock)
                {
                    _failures.Add(failure);
                }
            }

            counts.Add(run.Counts);
            Interlocked.Increment(ref _done);
        }

        lock (_lock)
        {
            _counts.Add(counts);
        }
    }
}
