namespace EdgeOrleans.Grains.Memory;

/// <summary>
/// The collections in memory. When together they hold more than their share, those that clients used least recently are asked to leave:
/// Orleans' own shedding looks every few seconds and takes all activations for equally large, which on a small device is too late and too much.
/// </summary>
/// <param name="limitBytes">Their share of the memory budget.</param>
/// <param name="clock">For waiting.</param>
internal sealed class ResidentCollections(long limitBytes, TimeProvider clock)
{
    /// <summary>An activation without an entry: Orleans' part and ours, as measured with 10,000 of them.</summary>
    public const int ActivationBytes = 6 * 1024;

    // How long somebody who was asked is counted on: he goes within milliseconds, unless a save or a client's call keeps him.
    private static readonly TimeSpan CountedOn = TimeSpan.FromSeconds(1);

    // Those who wait look again without being told, for somebody counted on may not have gone.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    // Once begun, an eighth of the share is cleared, so that not each new entry looks for a victim.
    private readonly long _lowBytes = limitBytes - (limitBytes / 8);

    private readonly Lock _gate = new();
    private readonly HashSet<ResidentCollection> _residents = [];
    private readonly LinkedList<Claim> _line = [];

    // Grown when somebody enters: who goes because memory is short must not fail for want of it.
    private readonly List<(long LastUsed, ResidentCollection Resident)> _staying = [];
    private long _activations;
    private long _deactivations;
    private long _bytes;
    private int _isShedding;

    /// <summary>What all of them hold or have been promised.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Activations since the process started.</summary>
    public long Activations => Volatile.Read(ref _activations);

    /// <summary>Deactivations since then.</summary>
    public long Deactivations => Volatile.Read(ref _deactivations);

    /// <summary>How many are in memory.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _residents.Count;
            }
        }
    }

    /// <summary>The entries of all, and the bytes of their keys and values. Looks at each collection.</summary>
    public (long Entries, long Bytes) Contents()
    {
        lock (_gate)
        {
            var (entries, bytes) = (0L, 0L);
            foreach (var resident in _residents)
            {
                // Another thread may be changing it: a count that is one off does no harm.
                entries += resident.Entries?.Count ?? 0;
                bytes += resident.Entries?.Bytes ?? 0;
            }

            return (entries, bytes);
        }
    }

    /// <summary>An activation has come into being.</summary>
    /// <param name="leave">Asks it to go as soon as it can; called from any thread, and not to go before it returns. <see langword="null"/> for one that stays whatever happens.</param>
    public ResidentCollection Enter(Action? leave)
    {
        var resident = new ResidentCollection(this, leave);
        lock (_gate)
        {
            _staying.EnsureCapacity(_residents.Count + 1);
            _residents.Add(resident);
            _activations++;
        }

        resident.Hold(ActivationBytes);
        return resident;
    }

    /// <summary>One of them has grown, or shrunk.</summary>
    public void Add(long bytes)
    {
        var all = Interlocked.Add(ref _bytes, bytes);
        if (bytes < 0)
        {
            // A load that is over holds less than it was promised. Whoever lines up after this look at the line sees what has become free.
            if (_line.Count > 0)
            {
                ServeLine();
            }
        }
        else if (all > limitBytes && bytes > 0 && Interlocked.Exchange(ref _isShedding, 1) == 0)
        {
            // Not in the turn of whoever wrote the last byte.
            ThreadPool.UnsafeQueueUserWorkItem(static residents => residents.Shed(), this, preferLocal: false);
        }
    }

    /// <summary>
    /// Waits until <paramref name="bytes"/> fit, and gives them to <paramref name="resident"/>. Who came first is first: else somebody loses
    /// each time, until he has waited too long. What is alone always fits, be it with those that stay: to refuse it would be to refuse it for
    /// ever. One that stays itself does not wait, since those in line may wait for it.
    /// </summary>
    public async Task<bool> MakeRoom(ResidentCollection resident, long bytes, TimeSpan patience, CancellationToken ct)
    {
        if (!resident.CanLeave)
        {
            resident.Hold(bytes);
            return true;
        }

        var claim = new Claim(resident, bytes);
        lock (_gate)
        {
            resident.IsWaiting = true;
            _line.AddLast(claim);
        }

        var started = clock.GetTimestamp();
        for (var left = patience; left > TimeSpan.Zero && !ct.IsCancellationRequested; left = patience - clock.GetElapsedTime(started))
        {
            ServeLine();
            var pause = left < LookInterval ? left : LookInterval;
            await claim.Granted.Task.WaitAsync(pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (claim.Granted.Task.IsCompleted)
            {
                return true;
            }
        }

        // Else he has been served at the last moment.
        if (Unline(claim))
        {
            // The next in line may want less.
            ServeLine();
            ct.ThrowIfCancellationRequested();
            return false;
        }

        return true;
    }

    /// <returns>Whether he was in the line.</returns>
    private bool Unline(Claim claim)
    {
        lock (_gate)
        {
            if (!_line.Remove(claim))
            {
                return false;
            }

            claim.Resident.IsWaiting = false;
            return true;
        }
    }

    /// <summary>
    /// Gives the first in line what he waits for, and so on; for who cannot be served yet others are asked to leave. Called whenever that may
    /// have changed: somebody lines up or gives up, shrinks or goes.
    /// </summary>
    private void ServeLine()
    {
        lock (_gate)
        {
            while (_line.First?.Value is { } first)
            {
                var excess = Bytes - first.Resident.Bytes + first.Bytes - limitBytes;
                if (excess > 0 && CanAnyGive())
                {
                    AskToLeave(excess, sparesNewest: false);
                    return;
                }

                Unline(first);
                first.Resident.Hold(first.Bytes);
                first.Granted.SetResult();
            }
        }
    }

    /// <summary>Whether somebody who does not wait holds what would become free if he went.</summary>
    private bool CanAnyGive()
    {
        foreach (var resident in _residents)
        {
            if (resident is { CanLeave: true, IsWaiting: false, Bytes: > ActivationBytes })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Asks so many to leave that <paramref name="bytes"/> become free, although they have not passed their share: something else needs the room.</summary>
    public void AskToLeave(long bytes)
    {
        lock (_gate)
        {
            AskToLeave(bytes, sparesNewest: true);
        }
    }

    /// <summary>One has gone.</summary>
    public void Remove(ResidentCollection resident)
    {
        lock (_gate)
        {
            _deactivations += _residents.Remove(resident) ? 1 : 0;
        }

        ServeLine();
    }

    private void Shed()
    {
        Volatile.Write(ref _isShedding, 0);
        lock (_gate)
        {
            AskToLeave(Bytes - _lowBytes, sparesNewest: true);
        }
    }

    /// <summary>Asks the least recently used to leave until those that are leaving hold <paramref name="bytes"/>.</summary>
    private void AskToLeave(long bytes, bool sparesNewest)
    {
        foreach (var resident in _residents)
        {
            if (!resident.IsWaiting && resident.AskedAt is { } asked && clock.GetElapsedTime(asked) <= CountedOn)
            {
                bytes -= resident.Bytes;
            }
        }

        if (bytes <= 0)
        {
            return;
        }

        // What an attempt has left that ran out of memory.
        _staying.Clear();
        foreach (var resident in _residents)
        {
            if (resident is { IsWaiting: false, CanLeave: true, AskedAt: null })
            {
                _staying.Add((resident.LastUsed, resident));
            }
        }

        _staying.Sort(static (one, other) => one.LastUsed.CompareTo(other.LastUsed));
        var last = sparesNewest ? _staying.Count - 1 : _staying.Count;
        for (var i = 0; i < last && bytes > 0; i++)
        {
            var resident = _staying[i].Resident;
            resident.AskedAt = clock.GetTimestamp();
            bytes -= resident.Bytes;
            resident.AskToLeave();
        }

        _staying.Clear();
    }

    /// <summary>A place in the line.</summary>
    private sealed class Claim(ResidentCollection resident, long bytes)
    {
        public ResidentCollection Resident { get; } = resident;

        public long Bytes { get; } = bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
