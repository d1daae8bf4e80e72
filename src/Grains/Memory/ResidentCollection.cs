using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Memory;

/// <summary>One activation in <see cref="ResidentCollections"/>: what it holds and when a client last used it.</summary>
internal sealed class ResidentCollection(ResidentCollections residents, Action? leave)
{
    private long _bytes;
    private long _lastUsed;
    private volatile bool _hasLeft;

    /// <summary>Bytes of memory, or so many promised to it while it is loaded.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>What it holds, for whoever counts; <see langword="null"/> before it is loaded.</summary>
    public CollectionEntries? Entries { get; set; }

    /// <summary>When a client last used it, in milliseconds since the machine's start; 0 when none has. A save is no use.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Whether it goes when it is asked to.</summary>
    public bool CanLeave => leave is not null;

    /// <summary>
    /// When it was asked to leave, as a time stamp of the clock; <see langword="null"/> if it was not. Only its
    /// <see cref="ResidentCollections"/> looks and sets, under its lock.
    /// </summary>
    public long? AskedAt { get; set; }

    /// <summary>
    /// Whether it waits for room itself: to ask it to leave would gain nothing, and undo what it waits for; and when it was asked before, it
    /// goes only after its turn, so nobody is to wait for that. Under the same lock.
    /// </summary>
    public bool IsWaiting { get; set; }

    /// <summary>A client uses it now.</summary>
    public void Use() => Volatile.Write(ref _lastUsed, Environment.TickCount64);

    /// <summary>Says what it holds from now on; of no effect once it has gone, since a load may end after that.</summary>
    public void Hold(long bytes)
    {
        Set(bytes);
        if (_hasLeft)
        {
            Set(0);
        }
    }

    /// <summary>Waits until there is room for what it will hold, and takes it.</summary>
    /// <returns>Whether there was in time.</returns>
    public Task<bool> TakeRoom(long bytes, TimeSpan patience, CancellationToken ct) => residents.MakeRoom(this, bytes, patience, ct);

    /// <summary>Asks the activation to go; it goes when the calls that it is serving are over.</summary>
    public void AskToLeave() => leave?.Invoke();

    /// <summary>It has gone.</summary>
    public void Leave()
    {
        _hasLeft = true;
        Set(0);
        residents.Remove(this);
    }

    private void Set(long bytes) => residents.Add(bytes - Interlocked.Exchange(ref _bytes, bytes));
}
