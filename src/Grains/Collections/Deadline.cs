namespace EdgeOrleans.Grains.Collections;

/// <summary>The time that one call has in all, over everything it waits for.</summary>
internal readonly struct Deadline(CollectionServices services)
{
    private readonly long _started = services.Clock.GetTimestamp();

    /// <summary>Waits for a task as long as there is time.</summary>
    /// <returns>Whether it has ended; its fault is not thrown here.</returns>
    public async ValueTask<bool> Wait(Task task)
    {
        if (!task.IsCompleted)
        {
            var left = services.Timeout - services.Clock.GetElapsedTime(_started);
            await task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, services.Clock).ConfigureAwait(
                ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        return task.IsCompleted;
    }
}
