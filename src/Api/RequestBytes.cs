namespace EdgeOrleans.Api;

/// <summary>
/// The bytes of request bodies held at this moment, in all requests together. What is taken must be given back. A body that is larger than
/// the whole allowance counts as three quarters of it: only one such is under way, and small ones go on beside it.
/// </summary>
internal sealed class RequestBytes(long max)
{
    // Long enough for those before to be answered, and well below what a client waits for an answer of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private long _inFlight;
    private int _waiters;

    public long Max => max;

    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Takes bytes out of the allowance for a body that has <paramref name="held"/> of them already.</summary>
    /// <returns><see langword="false"/>, with nothing taken, when so many are not left.</returns>
    public bool TryTake(int size, int held = 0)
    {
        var bytes = CountOf(size) - CountOf(held);
        var inFlight = InFlight;
        while (inFlight + bytes <= max)
        {
            var seen = Interlocked.CompareExchange(ref _inFlight, inFlight + bytes, inFlight);
            if (seen == inFlight)
            {
                return true;
            }

            inFlight = seen;
        }

        return false;
    }

    /// <summary>
    /// Takes bytes as soon as so many are left; who waits is served in turn. Only for a request that holds none: else those who wait
    /// could wait for each other.
    /// </summary>
    /// <returns><see langword="false"/>, with nothing taken, when that was not in time or <paramref name="ct"/> ended the wait.</returns>
    public async ValueTask<bool> Take(int size, CancellationToken ct)
    {
        if (TryTake(size))
        {
            return true;
        }

        var place = new LinkedListNode<Waiter>(new Waiter(size));
        lock (_gate)
        {
            _waiting.AddLast(place);

            // Counted before the look at what is left, as Return gives back before it looks at the count: one of the two sees the other.
            Interlocked.Increment(ref _waiters);
            ServeWaiting();
        }

        await place.Value.Served.Task.WaitAsync(Patience, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (place.List is not null)
            {
                Remove(place);

                // Those behind may want less.
                ServeWaiting();
            }
        }

        return place.Value.Served.Task.IsCompleted;
    }

    /// <summary>Gives back what was taken for a body, all or down to what it has <paramref name="held"/> before.</summary>
    public void Return(int size, int held = 0)
    {
        Interlocked.Add(ref _inFlight, CountOf(held) - CountOf(size));
        if (Volatile.Read(ref _waiters) > 0)
        {
            lock (_gate)
            {
                ServeWaiting();
            }
        }
    }

    private long CountOf(int size) => size > max ? max / 4 * 3 : size;

    private void ServeWaiting()
    {
        while (_waiting.First is { } first && TryTake(first.Value.Size))
        {
            Remove(first);
            first.Value.Served.SetResult();
        }
    }

    private void Remove(LinkedListNode<Waiter> place)
    {
        _waiting.Remove(place);
        Interlocked.Decrement(ref _waiters);
    }

    private sealed record Waiter(int Size)
    {
        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
