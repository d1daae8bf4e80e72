using System.Text;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Memory;

namespace EdgeOrleans.Grains.Local;

/// <summary>
/// One activation as the process's own threads use it beside its turns. A read answers only while a turn of the grain would find nothing
/// to settle first, so that it answers what the grain would: the settled state at one moment of the call, at which this was the
/// collection's newest activation.
/// </summary>
internal sealed class LocalCollection(TimeProvider clock) : ILocalCollection
{
    // Orleans knows of calls alone, and takes an activation out of memory that has had none for minutes.
    private static readonly TimeSpan CallEvery = TimeSpan.FromSeconds(30);

    private static readonly Task<WriteResult[]?> AskGrain = Task.FromResult<WriteResult[]?>(null);

    private readonly Lock _gate = new();
    private volatile Opening? _opening;
    private volatile bool _isClosed;
    private long _calledAt;

    /// <summary>Whether it is over: the activation is leaving, or has a successor.</summary>
    public bool IsClosed => _isClosed;

    private bool IsCallDue => clock.GetElapsedTime(Volatile.Read(ref _calledAt)) > CallEvery;

    /// <inheritdoc/>
    public LocalRead Read(string key, out LocalEntry entry)
    {
        entry = default;
        if (_opening is not { Entries: var entries, Commits: var commits, Resident: var resident } || IsCallDue)
        {
            return LocalRead.AskGrain;
        }

        Span<byte> buffer = stackalloc byte[NameRules.MaxKeyBytes];
        var utf8 = buffer[..Encoding.UTF8.GetBytes(key, buffer)];
        StoredEntry stored;
        lock (entries.Settling)
        {
            // Looked at again, because whoever closes this takes the same lock: after that, nothing is read here.
            if (_opening is null || entries.UnsettledFrom <= commits.DurablePosition)
            {
                return LocalRead.AskGrain;
            }

            entries.TryGet(utf8, out stored);
        }

        resident.Use();
        if (stored.IsNone)
        {
            return LocalRead.Absent;
        }

        entry = new LocalEntry(stored.Value, stored.Version);
        return LocalRead.Found;
    }

    /// <inheritdoc/>
    public Task<WriteResult[]?> Apply(WriteBatch batch) =>
        _opening is { Writes: var writes } && !IsCallDue ? writes.Apply(batch) : AskGrain;

    /// <summary>
    /// A call to the grain has used it, in the turn that this is called in. From now on it is used here as well, unless it is closed.
    /// </summary>
    public void Open(CollectionBatches batches, CollectionEntries entries, ICommits commits, ResidentCollection resident)
    {
        Volatile.Write(ref _calledAt, clock.GetTimestamp());
        if (_opening is not null)
        {
            return;
        }

        lock (_gate)
        {
            _opening = _isClosed ? null : new Opening(entries, commits, resident, new LocalWrites(batches, TaskScheduler.Current));
        }
    }

    /// <summary>Ends it for good: once this returns, no read answers any more, and no write is judged in a turn that begins later.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_opening is { } opening)
            {
                lock (opening.Entries.Settling)
                {
                    _opening = null;
                }
            }
        }
    }

    /// <summary>All that leads to the activation, in one place: a closed one that somebody keeps must not keep what was in memory.</summary>
    private sealed record Opening(CollectionEntries Entries, ICommits Commits, ResidentCollection Resident, LocalWrites Writes);
}
