using System.Runtime.CompilerServices;

namespace EdgeOrleans.Grains.Collections;

/// <summary>The time that one call has in all, over everything it waits for.</summary>
internal readonly struct Deadline(CollectionServices services)
{
    private readonly long _started = services.Clock.GetTimestamp();

    /// <summary>
    /// Ends when the task ends, or when the time is over; which of the two, the task itself tells. Throws nothing.
    /// An awaitable and no method with a state of its own, because every write waits on one.
    /// </summary>
    public ConfiguredTaskAwaitable Race(Task task)
    {
        var left = services.Timeout - services.Clock.GetElapsedTime(_started);
        var race = task.IsCompleted ? task : task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, services.Clock);
        return race.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }
}
