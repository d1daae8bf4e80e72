namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// A storage that collections are saved to. The first of a process's targets is the primary: collections are loaded from it,
/// it is saved first when several are due, and it alone lets the journal drop its records.
/// </summary>
/// <remarks>
/// All that happens to one collection at one target happens in a row, across activations too: a load waits until the save that an
/// earlier activation has under way has returned. So no call is ever repeated before it has returned, and a storage that hangs
/// holds up its own collections and nothing else.
/// </remarks>
public sealed class WriteBehindTarget(string name, IStateRows rows, bool isPrimary, TimeSpan saveAfter, TaskScheduler? scheduler = null)
{
    private readonly Dictionary<string, Task> _lanes = [];
    private readonly Dictionary<string, int> _open = [];
    private readonly TaskScheduler _scheduler = scheduler ?? TaskScheduler.Default;

    /// <summary>What the target is called in logs and in <c>/health</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Where the rows are.</summary>
    public IStateRows Rows { get; } = rows;

    /// <summary>Whether the target trims the journal.</summary>
    public bool IsPrimary { get; } = isPrimary;

    /// <summary>How long a change may wait before it is saved here.</summary>
    public TimeSpan SaveAfter { get; } = saveAfter;

    /// <summary>
    /// A chunk of a snapshot ends with the entry that reaches this. 256 KiB: large enough that a row's overhead does not count, small
    /// enough that one storage call of a slow card stays well under a second and its buffers do not show in the process's memory.
    /// </summary>
    internal int ChunkBytes { get; init; } = 256 * 1024;

    /// <summary>How many slots the ring of each collection has.</summary>
    internal int SlotCount { get; init; } = RowName.SlotCount;

    /// <summary>Whether every write is saved here before it is answered.</summary>
    internal bool TakesEveryWrite { get; init; }

    /// <summary>Rows of a collection that are read at once when it is loaded: worth it where each costs a network's round trip.</summary>
    internal int ReadsAtOnce { get; init; } = 1;

    /// <summary>
    /// Saves at once. Two overlap encoding and storage; more only pile up buffers where there is one writer, as in SQLite.
    /// </summary>
    public int MaxSaves { get; init; } = 2;

    /// <summary>
    /// Runs work on a collection once all work begun before on it has ended. Encoding and storage calls of hundreds of
    /// milliseconds happen in it, so it never runs on the scheduler of the grain that asks.
    /// </summary>
    /// <param name="collectionKey">The collection.</param>
    /// <param name="work">What to do; waited for to its end.</param>
    /// <param name="ct">Ends the wait for earlier work.</param>
    internal Task<T> Run<T>(string collectionKey, Func<Task<T>> work, CancellationToken ct)
    {
        var ended = new TaskCompletionSource();
        Task previous;
        lock (_lanes)
        {
            previous = _lanes.GetValueOrDefault(collectionKey, Task.CompletedTask);
            _lanes[collectionKey] = ended.Task;
        }

        return Task.Factory
            .StartNew(() => RunAfter(collectionKey, previous, work, ended, ct), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler)
            .Unwrap();
    }

    /// <summary>The collections that have a saver, so are loaded.</summary>
    internal IReadOnlyList<string> OpenCollections()
    {
        lock (_lanes)
        {
            return [.. _open.Keys];
        }
    }

    internal void Opened(string collectionKey)
    {
        lock (_lanes)
        {
            _open[collectionKey] = _open.GetValueOrDefault(collectionKey) + 1;
        }
    }

    internal void Closed(string collectionKey)
    {
        lock (_lanes)
        {
            if (--_open[collectionKey] == 0)
            {
                _open.Remove(collectionKey);
            }
        }
    }

    private async Task<T> RunAfter<T>(string collectionKey, Task previous, Func<Task<T>> work, TaskCompletionSource ended, CancellationToken ct)
    {
        try
        {
            await previous.WaitAsync(ct);
            return await work();
        }
        finally
        {
            if (previous.IsCompleted)
            {
                End(collectionKey, ended);
            }
            else
            {
                // Given up while waiting: whoever waits for us must go on waiting for the work before us.
                _ = previous.ContinueWith(_ => End(collectionKey, ended), CancellationToken.None, TaskContinuationOptions.None, _scheduler);
            }
        }
    }

    private void End(string collectionKey, TaskCompletionSource ended)
    {
        lock (_lanes)
        {
            if (_lanes.GetValueOrDefault(collectionKey) == ended.Task)
            {
                _lanes.Remove(collectionKey);
            }
        }

        ended.SetResult();
    }
}
