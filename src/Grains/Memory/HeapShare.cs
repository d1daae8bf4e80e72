namespace EdgeOrleans.Grains.Memory;

/// <summary>
/// What the heap itself leaves to collections. Their share of the budget is reckoned by what they hold; what the process, its requests and
/// the pools of its drivers take besides shows on the heap alone. Some of that is kept free: where the collector's limit is met, whoever
/// asks for memory next fails, and that may be the runtime, or a connection that all others use.
/// </summary>
/// <param name="heapBytes">The collector's limit.</param>
/// <param name="inUse">Bytes in use, after garbage has been collected or before.</param>
/// <param name="clock">For the time between two looks.</param>
internal sealed class HeapShare(long heapBytes, Func<bool, long> inUse, TimeProvider clock)
{
    // To collect garbage stops the process, so it is done when there is much, and now and then while collections have less than their share.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookForMoreAfter = TimeSpan.FromSeconds(5);

    // What one load, and a few writes and answers, ask for at once, and what the collector loses to gaps. A large heap loses no more to them.
    private const long MostKeptFree = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly (long High, long Least) _bounds = (heapBytes - Math.Min(heapBytes / 4, MostKeptFree), heapBytes / 8);
    private long _bytes = heapBytes;
    private long? _lookedAt;

    /// <summary>The most that collections may hold, as far as the heap is concerned; what it was when last looked at.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The heap of this process.</summary>
    public static HeapShare Of(MemoryBudget budget, TimeProvider clock) => new(budget.HeapBytes, BytesInUse, clock);

    /// <summary>Looks at the heap, when it is time to.</summary>
    /// <param name="share">The most that they may hold whatever the heap has.</param>
    /// <param name="held">What they hold.</param>
    public void Look(long share, Func<long> held)
    {
        lock (_gate)
        {
            var wait = inUse(false) > _bounds.High ? LookAgainAfter : Bytes < share ? LookForMoreAfter : TimeSpan.MaxValue;
            if (wait == TimeSpan.MaxValue || (_lookedAt is { } at && clock.GetElapsedTime(at) < wait))
            {
                return;
            }

            var others = inUse(true) - held();
            _lookedAt = clock.GetTimestamp();
            Volatile.Write(ref _bytes, Math.Max(_bounds.Least, _bounds.High - others));
        }
    }

    private static long BytesInUse(bool isCollected)
    {
        if (isCollected)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
