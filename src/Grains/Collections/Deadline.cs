using System.Runtime.CompilerServices;

namespace EdgeOrleans.Grains.Collections;

/// <summary>The time that one call has in all, over everything it waits for.</summary>
internal readonly struct Deadline(TimeProvider clock, TimeSpan timeout)
{
    // Timers count whole milliseconds, and drop what is over of the time and of the clock: what ends must be over (IsOver) by then.
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(2);

    private readonly long _started = clock.GetTimestamp();

    /// <summary>The time that a client's call has.</summary>
    public Deadline(CollectionServices services)
        : this(services.Clock, services.Timeout)
    {
    }

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => clock.GetElapsedTime(_started) >= timeout;

    /// <summary>Whether it ends before another one, which has the same time in all.</summary>
    public bool IsBefore(Deadline other) => _started < other._started;

    /// <summary>Ends when it is.</summary>
    public Task End => Task.Delay(Left, clock);

    private TimeSpan Left => timeout - clock.GetElapsedTime(_started) is var left && left > TimeSpan.Zero ? left + TimerSlack : TimeSpan.Zero;

    /// <summary>What a caller is told when it is.</summary>
    public Refusal TimedOut => Refusals.TimedOut(timeout);

    /// <summary>
    /// Ends when the task ends, or when the time is over; which of the two, the task itself tells. Throws nothing.
    /// An awaitable and no method with a state of its own, because every write waits on one.
    /// </summary>
    public ConfiguredTaskAwaitable Race(Task task) =>
        Bound(task).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>A task that ends with the other one, or with a <see cref="TimeoutException"/> when the time is over.</summary>
    public Task Bound(Task task) => task.IsCompleted ? task : task.WaitAsync(Left, clock);
}
