using EdgeOrleans.Grains.Memory;

namespace EdgeOrleans.Grains;

/// <summary>Whether there is room for large work on the heap: what is large asks before it is begun, and can be refused politely then.</summary>
internal sealed class HeapGauge(MemoryBudget budget, ResidentCollections residents, TimeProvider clock)
{
    // Well below what a client waits for an answer; collections leave within milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    // To collect everything stops the process: for so much garbage, or when somebody is in want of memory after so long.
    private static readonly TimeSpan CollectAgainAfter = TimeSpan.FromMilliseconds(100);
    private readonly long _worthBytes = budget.HeapBytes / 16;

    private readonly Lock _gate = new();
    private long _keptBytes;
    private long _collectedAt;

    /// <summary>Waits until there are <paramref name="bytes"/> within the budget, for which garbage is collected and collections leave.</summary>
    /// <returns>Whether there were in time.</returns>
    public async ValueTask<bool> MakeRoom(long bytes, CancellationToken ct)
    {
        if (!IsShortOf(bytes))
        {
            return true;
        }

        var started = clock.GetTimestamp();
        while (IsShortOf(bytes))
        {
            // Each time, since loads fill what has become free; no oftener than what has left can be collected.
            residents.AskToLeave(bytes);
            await Task.Delay(LookInterval, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested || clock.GetElapsedTime(started) >= Patience)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether there are not <paramref name="bytes"/> more within the budget. Collects garbage when it may be that alone.</summary>
    public bool IsShortOf(long bytes) => GC.GetTotalMemory(forceFullCollection: false) + bytes > budget.HeapBytes && IsShortOnceCollected(bytes);

    private bool IsShortOnceCollected(long bytes)
    {
        lock (_gate)
        {
            var used = GC.GetTotalMemory(forceFullCollection: false);
            if (used + bytes > budget.HeapBytes && (used - _keptBytes >= _worthBytes || clock.GetElapsedTime(_collectedAt) >= CollectAgainAfter))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                _keptBytes = used = GC.GetTotalMemory(forceFullCollection: false);
                _collectedAt = clock.GetTimestamp();
            }

            return used + bytes > budget.HeapBytes;
        }
    }
}
