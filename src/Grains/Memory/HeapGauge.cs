namespace EdgeOrleans.Grains;

/// <summary>
/// Whether there is room for large work. The collector fails a request for memory beyond its limit, and that can hit anyone;
/// so what is large and can be refused politely is refused before.
/// </summary>
internal sealed class HeapGauge(MemoryBudget budget, TimeProvider clock)
{
    // Garbage counts as used until somebody collects it, and at its limit the collector will: no oftener than this for asking.
    private static readonly TimeSpan CollectAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly long _highBytes = budget.HeapBytes / 8 * 7;
    private long _collectedAt;
    private bool _isShort;

    /// <summary>Whether the heap is nearly full although garbage was collected a moment ago.</summary>
    public bool IsShort => GC.GetTotalMemory(forceFullCollection: false) > _highBytes && IsShortOnceCollected();

    private bool IsShortOnceCollected()
    {
        lock (_gate)
        {
            if (_collectedAt == 0 || clock.GetElapsedTime(_collectedAt) >= CollectAgainAfter)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                _collectedAt = clock.GetTimestamp();
                _isShort = GC.GetTotalMemory(forceFullCollection: false) > _highBytes;
            }

            // Until the next time: what has been added since may be garbage again.
            return _isShort;
        }
    }
}
