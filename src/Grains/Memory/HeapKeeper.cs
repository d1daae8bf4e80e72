namespace EdgeOrleans.Grains;

/// <summary>
/// Keeps the managed heap within its part of the budget. The collector by itself lets garbage of large objects pile up to several times
/// what lives, unless its hard limit stands there; but at that limit it throws, and it may be at the journal's thread. So the limit stands
/// further off, and when the heap has grown past its part this has everything collected.
/// </summary>
internal sealed class HeapKeeper
{
    private readonly long _heapBytes;
    private readonly long _worthBytes;
    private long _keptBytes;

    private HeapKeeper(long heapBytes) => (_heapBytes, _worthBytes) = (heapBytes, heapBytes / 16);

    /// <summary>From now on, for the rest of the process.</summary>
    public static void Start(long heapBytes) => _ = new Watch(new HeapKeeper(heapBytes));

    private void Look()
    {
        var committed = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        _keptBytes = Math.Min(_keptBytes, committed);

        // What a collection could not free, the next one cannot either.
        if (committed > _heapBytes && committed - _keptBytes >= _worthBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _keptBytes = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        }
    }

    /// <summary>Garbage from the start: the next collection of the young finds it, and its finalizer runs after each.</summary>
    private sealed class Watch(HeapKeeper keeper)
    {
        ~Watch()
        {
            if (!Environment.HasShutdownStarted)
            {
                keeper.Look();
                _ = new Watch(keeper);
            }
        }
    }
}
