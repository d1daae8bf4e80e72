namespace EdgeOrleans.Api;

/// <summary>
/// Calls that met a server which another one has overtaken. Nothing was done there, and the next call finds the collection where it is now,
/// so that a collection that moves costs the client some time and no error.
/// </summary>
internal static class Moved
{
    // As long as a call that waits for its collection. Another server takes a collection over in a fraction of it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes a read, and makes it again while it meets such a server.</summary>
    public static async ValueTask<T> Read<T>(Func<ValueTask<T>> read, TimeProvider clock, CancellationToken aborted)
    {
        for (var started = clock.GetTimestamp(); ;)
        {
            try
            {
                return await read();
            }
            catch (RefusedException refused) when (refused.Refusal.Code == RefusalCode.Overtaken && clock.GetElapsedTime(started) < Limit)
            {
                await Task.Delay(Pause, clock, aborted);
            }
        }
    }

    /// <summary>Makes those writes of a batch again that met such a server, in their order. The batch is not an atomic one.</summary>
    /// <param name="grain">The collection.</param>
    /// <param name="operations">The writes.</param>
    /// <param name="results">What became of them at first; completed here.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="aborted">Ends the waiting.</param>
    public static async Task Finish(
        ICollectionGrain grain, Operation[] operations, WriteResult[] results, TimeProvider clock, CancellationToken aborted)
    {
        for (var started = clock.GetTimestamp(); clock.GetElapsedTime(started) < Limit;)
        {
            var left = Enumerable.Range(0, results.Length).Where(i => HasMet(results[i])).ToArray();
            if (left.Length == 0)
            {
                return;
            }

            await Task.Delay(Pause, clock, aborted);
            var answers = await grain.Apply(new WriteBatch { Operations = Array.ConvertAll(left, i => operations[i]) });
            for (var i = 0; i < left.Length; i++)
            {
                results[left[i]] = answers[i];
            }
        }
    }

    /// <summary>Whether a write met such a server.</summary>
    public static bool HasMet(WriteResult result) => result.Refusal is { Code: RefusalCode.Overtaken };
}
