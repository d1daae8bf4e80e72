using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Durability;

/// <summary>A member of a cluster: a write is durable when the primary storage has it, and a collection is the rows there.</summary>
/// <param name="target">The primary storage, its rows guarded by the breaker.</param>
/// <param name="breaker">Whether the storage answers.</param>
/// <param name="maxPendingBytes">The most bytes of changes that wait for the storage, of all collections together.</param>
/// <param name="clock">For waiting.</param>
/// <param name="scheduler">Where entries are built, and rows encoded.</param>
internal sealed class StorageDurability(
    WriteBehindTarget target, StorageBreaker breaker, long maxPendingBytes, ServiceClock clock, TaskScheduler scheduler) : IDurability
{
    private readonly CollectionLoader _loader = new(target);
    private long _pendingBytes;

    /// <summary>Whether who waits for a group goes on within its completion; only where no thread may come in, as in a simulation.</summary>
    public bool InlineCompletions { get; init; }

    /// <summary>Bytes of changes that wait for the storage.</summary>
    public long PendingBytes => Volatile.Read(ref _pendingBytes);

    /// <summary>The most that may.</summary>
    public long MaxPendingBytes => maxPendingBytes;

    /// <summary>Whether the storage answers.</summary>
    public StorageBreaker Breaker => breaker;

    /// <summary>For waiting.</summary>
    public TimeProvider Clock => clock;

    /// <inheritdoc/>
    public async Task<RecoveredCollection> Recover(string key, bool isListed, Func<long, Task>? makeRoom, CancellationToken ct)
    {
        // Whatever the catalog says: another server may have written since it was asked.
        var loaded = makeRoom is null ? null : await _loader.Load(key, saved => makeRoom(MemoryBytes(saved)), ct);
        var outline = loaded?.Outline ?? await _loader.LoadOutline(key, ct);
        return await Task.Factory.StartNew(
            () => Build(outline, loaded), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
    }

    /// <inheritdoc/>
    public ICommits CommitsOf(string key, RecoveredCollection opened, CollectionEntries entries, CommitEvents events) =>
        new StorageCommits(this, new CollectionCommitter(key, target, opened.Outline!.State), entries, events);

    /// <summary>Takes room for changes that wait. What is alone always fits.</summary>
    public bool TryTake(int bytes)
    {
        var pending = Interlocked.Add(ref _pendingBytes, bytes);
        if (pending <= maxPendingBytes || pending == bytes)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    /// <summary>Gives it back.</summary>
    public void Return(int bytes) => Interlocked.Add(ref _pendingBytes, -bytes);

    private static long MemoryBytes(CollectionOutline saved) => saved.Bytes + ((long)CollectionEntries.EntryMemoryBytes * saved.Count);

    private static RecoveredCollection Build(CollectionOutline outline, LoadedCollection? loaded) => new()
    {
        Outline = outline,
        HasTail = false,
        Sequence = outline.Sequence,
        SettledSequence = outline.Sequence,
        LastVersion = outline.LastVersion,
        Entries = RecoveredCollection.SavedEntries(outline, loaded, firstSequence: 0),
    };
}
