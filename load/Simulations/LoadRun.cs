using System.Diagnostics;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Simulations;

/// <summary>Brings a workload to a service under one simulation: warm-up first, then what counts, on the same connections.</summary>
internal sealed class LoadRun(LoadTarget target, Workload workload, LoadSimulation simulation, RunSetup setup)
{
    private static readonly TimeSpan TickLength = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StuckCheck = TimeSpan.FromMilliseconds(250);

    /// <summary>The phase under way.</summary>
    public Measurement Current { get; private set; } = new(workload.Steps);

    /// <summary>Runs it. What the workload needs must have been prepared.</summary>
    public async Task<LoadOutcome> Run(CancellationToken ct)
    {
        var connections = Enumerable.Range(0, simulation.Users).Select(_ => target.Connect()).ToArray();
        var loops = connections.Select((connection, i) => new UserLoop(workload.CreateUser(target, i, simulation.Users), connection)).ToArray();
        await using var watchdog = new Timer(
            _ => Array.ForEach(connections, static connection => connection.EndIfStuck(RequestLimit)), null, StuckCheck, StuckCheck);
        try
        {
            if (setup.WarmUp > TimeSpan.Zero)
            {
                await Phase(simulation.For(setup.WarmUp), loops, "warm-up", ct);
            }

            setup.Usage?.Begin();
            var cpu = Environment.CpuUsage.TotalTime;
            var length = await Phase(simulation, loops, simulation.Description, ct);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            var steps = Current.Results(length);
            var requests = steps.Sum(static step => step.Count + step.ErrorCount);
            return new LoadOutcome(steps, Current.LatenessP99Ms(), cpu.TotalSeconds * 1000 / Math.Max(1, requests), setup.Usage?.End(requests));
        }
        finally
        {
            Array.ForEach(connections, static connection => connection.Dispose());
        }
    }

    private async Task<TimeSpan> Phase(LoadSimulation load, UserLoop[] loops, string name, CancellationToken ct)
    {
        var measurement = Current = new Measurement(workload.Steps);
        var startedAt = Stopwatch.GetTimestamp();
        var users = Task.WhenAll(Begin(load, loops, measurement, startedAt));
        while (await Task.WhenAny(users, Task.Delay(TickLength, ct)) != users)
        {
            ct.ThrowIfCancellationRequested();
            setup.Progress.Show(name, Stopwatch.GetElapsedTime(startedAt), measurement.Tick());
            setup.Usage?.Look();
        }

        await users;
        measurement.Finish();
        return Stopwatch.GetElapsedTime(startedAt);
    }

    private static IEnumerable<Task> Begin(LoadSimulation load, UserLoop[] loops, Measurement measurement, long startedAt)
    {
        switch (load)
        {
            case Inject open:
                var due = Pacer.Start(open, startedAt);
                var giveUpAt = startedAt + Ticks(open.Duration + RequestLimit);
                return loops.Select(loop => Task.Run(() => loop.Take(due, giveUpAt, measurement)));
            case KeepUsers closed:
                var endsAt = startedAt + Ticks(closed.Duration);
                return loops.Select(loop => Task.Run(() => loop.Keep(() => Stopwatch.GetTimestamp() >= endsAt, measurement)));
            case Iterations counted:
                var left = counted.Count;
                return loops.Select(loop => Task.Run(() => loop.Keep(() => Interlocked.Decrement(ref left) < 0, measurement)));
            default:
                throw new ArgumentOutOfRangeException(nameof(load));
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
