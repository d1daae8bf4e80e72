using System.Text;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>
/// One activation of a collection. Calls come one turn at a time and meet at awaits: a grain's in production, the simulator's in tests.
/// </summary>
internal sealed class Collection : IDisposable
{
    private readonly string _key;
    private readonly CollectionServices _services;
    private readonly CollectionLoading _loading;
    private readonly ResidentCollection _resident;
    private readonly LocalCollection _local;
    private readonly Registration _registration;
    private readonly CollectionBatches _batches;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly Refusal? _nameFault;
    private readonly Action _overtaken;
    private CollectionSavers? _savers;
    private Task _applying = Task.CompletedTask;
    private bool _isOvertaken;

    /// <summary>Makes one; nothing is read before the first call.</summary>
    /// <param name="key">The collection's key.</param>
    /// <param name="services">What all collections share.</param>
    /// <param name="registry">The catalog; not asked by its own collection.</param>
    /// <param name="leave">Called from any thread when others need the memory: the activation is to go as soon as it can.</param>
    /// <param name="overtaken">Called in a turn when another activation has changed the collection: this one is to go, and the next loads afresh.</param>
    public Collection(string key, CollectionServices services, IRegistry registry, Action leave, Action overtaken)
    {
        _key = key;
        _services = services;
        IsSystem = key == SystemKey;
        _registration = new Registration(key, registry) { IsMade = IsSystem };
        _overtaken = overtaken;
        _stopped = _stop.Token;

        // The catalog's own collection is in use whatever the clients do.
        _resident = services.Residents.Enter(IsSystem ? null : leave);
        _local = services.Local.Enter(key);
        _loading = new CollectionLoading(key, IsSystem, services, registry, _resident, Overtaken, _stopped);
        _batches = new CollectionBatches(services, _loading, _registration, _resident, _local, Load, _stopped);
        _nameFault = CollectionText.NameFault(key) is { } fault ? new Refusal(RefusalCode.InvalidParams, fault) : null;
    }

    /// <summary>The catalog's own collection. No client can name it: neither of its parts is a valid name.</summary>
    public const string SystemKey = "/";

    /// <summary>Whether this is the catalog's own.</summary>
    public bool IsSystem { get; }

    /// <summary>Somebody else writes the rows of this collection: the activation must go.</summary>
    public bool HasConflict { get; private set; }

    /// <summary>What is in memory; <see langword="null"/> before it is loaded. For tests: callers have <see cref="Get"/>.</summary>
    internal CollectionEntries? Entries => _loading.Entries;

    /// <summary>Whether <see cref="Get"/> can answer now.</summary>
    public bool CanRead => _loading.Entries is not null && _nameFault is null && !_isOvertaken && _services.Member is not ({ Isolation: not null } or { IsInDoubt: true });

    /// <summary>The durable value of a key. Only when <see cref="CanRead"/>.</summary>
    public Entry? Get(string key)
    {
        if (NameRules.KeyFault(key) is { } fault)
        {
            throw new RefusedException(new Refusal(RefusalCode.InvalidParams, fault));
        }

        Span<byte> buffer = stackalloc byte[NameRules.MaxKeyBytes];
        _resident.Use();
        _loading.Writer!.CatchUp();
        _batches.NoteCall();
        return _loading.Entries!.TryGet(buffer[..Encoding.UTF8.GetBytes(key, buffer)], out var entry)
            ? new Entry(entry.Value, entry.Version, entry.ExpiresAtMicros)
            : null;
    }

    /// <summary>
    /// Brings the collection to where <see cref="Get"/> and <see cref="List"/> can answer, and makes sure that it is current where another
    /// member may serve it by now.
    /// </summary>
    /// <exception cref="RefusedException">It cannot be brought there now.</exception>
    public async Task MakeReadable()
    {
        // Now, not when it is loaded: else it would be the first to be asked to leave while it is.
        _resident.Use();
        var isolation = _services.Member?.Isolation is { } fault ? new Refusal(RefusalCode.Unavailable, fault) : null;
        if ((_nameFault ?? isolation ?? await (_services.Member is { IsInDoubt: true } ? LoadCurrent() : Load())) is { } refusal)
        {
            throw new RefusedException(refusal);
        }
    }

    /// <summary>The same, and makes sure that nobody else had changed the collection when this was called.</summary>
    /// <exception cref="RefusedException">It cannot be brought there now, or that is not known.</exception>
    public async Task MakeCurrent()
    {
        _resident.Use();
        if ((_nameFault ?? await LoadCurrent()) is { } refusal)
        {
            throw new RefusedException(refusal);
        }
    }

    /// <summary>A page of durable keys. Only when <see cref="CanRead"/>.</summary>
    public KeyPage List(ListQuery query)
    {
        if (ListQueryRules.Fault(query) is { } fault)
        {
            throw new RefusedException(new Refusal(RefusalCode.InvalidParams, fault));
        }

        _resident.Use();
        _loading.Writer!.CatchUp();
        var entries = _loading.Entries!.List(
            query.Limit, query.Offset, Encoding.UTF8.GetBytes(query.Prefix), Encoding.UTF8.GetBytes(query.After), out var total);
        var keys = new string[entries.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = Encoding.UTF8.GetString(entries[i].Key);
        }

        return new KeyPage(keys, total);
    }

    /// <summary>Durable totals; loads no entry when storage alone knows them.</summary>
    /// <exception cref="RefusedException">The name is not valid, or the collection cannot be opened now.</exception>
    public async Task<CollectionInfo> Info()
    {
        if ((_nameFault ?? await _loading.Open()) is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        if (_loading.Entries is null && _loading.Opened is { HasTail: false, Outline: { } outline })
        {
            return new CollectionInfo(outline.Count, outline.Bytes, outline.LastVersion);
        }

        await MakeReadable();
        _loading.Writer!.CatchUp();
        var entries = _loading.Entries!;
        return new CollectionInfo(entries.Count, entries.Bytes, entries.SettledVersion);
    }

    /// <summary>Applies a client's batch.</summary>
    public Task<WriteResult[]> Apply(WriteBatch batch)
    {
        _resident.Use();
        var operations = batch?.Operations;
        if (operations is null)
        {
            return Task.FromResult(Refusals.All(1, new Refusal(RefusalCode.InvalidParams, "a batch must have operations")));
        }

        if (operations.Length > NameRules.MaxBatchOperations)
        {
            return Task.FromResult(Refusals.All(
                operations.Length,
                new Refusal(RefusalCode.BatchSizeExceeded, $"batch size exceeds maximum of {NameRules.MaxBatchOperations}")));
        }

        if (_nameFault is not null)
        {
            return Task.FromResult(Refusals.All(operations.Length, _nameFault));
        }

        return _batches.Apply(batch!, new Deadline(_services));
    }

    /// <summary>
    /// Applies a batch of the service's own to the catalog's collection, of any size, and waits until its outcome is known:
    /// what the catalog has in memory must not differ from what is on flash. Who waits for the catalog has a deadline there.
    /// </summary>
    /// <exception cref="RefusedException">Another activation has to find out what has become of it.</exception>
    public async Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims)
    {
        if (await Load() is { } refusal)
        {
            return Refusals.All(batch.Operations.Length, refusal);
        }

        var writer = _loading.Writer!;
        var verdict = writer.Judge(batch, null, _registration.IsMade, setRefusal: null, reclaims);
        if (verdict.Group is null)
        {
            return verdict.Results;
        }

        var known = writer.Commits.Known(verdict.Group);
        _applying = known;
        var outcome = await known;
        writer.CatchUp();
        if (outcome == CommitOutcome.Durable)
        {
            return verdict.Results;
        }

        var failure = writer.Commits.FailureOf(verdict.Group);
        return writer.Commits.MayBeOvertaken && failure.Code == RefusalCode.Unavailable
            ? throw new RefusedException(failure)
            : verdict.Instead(failure);
    }

    /// <summary>Makes every version from here on greater than <paramref name="atLeast"/> and than every one given before.</summary>
    public async Task<VersionAnswer> Fence(long atLeast)
    {
        if ((await _loading.Open() ?? Standing) is { } refusal)
        {
            return new VersionAnswer(refusal, 0);
        }

        var bound = Math.Max(atLeast, _loading.LastVersion);
        _loading.RaiseVersion(bound);
        return new VersionAnswer(null, bound);
    }

    /// <summary>Removes every entry with a version of at most <paramref name="bound"/>.</summary>
    public async Task<ClearAnswer> Clear(long bound)
    {
        if ((await _loading.LoadByClear(bound) ?? await Load()) is { } refusal)
        {
            return new ClearAnswer(refusal, false);
        }

        _registration.Cancel();
        var deadline = new Deadline(_services);
        var group = _loading.Writer!.Clear(bound, out refusal);
        var isEmpty = _loading.Entries! is { NewestBytes: 0 } entries && entries.LastSetVersion <= bound;
        if (refusal is null && group is not null)
        {
            await deadline.Race(group.Outcome);
            refusal = _batches.Settle(group, deadline);
        }

        // A clear with nothing to do writes nothing, so it would not notice that somebody else has written what it is to remove.
        refusal ??= await _loading.Writer!.Commits.RequireCurrent(deadline);

        return new ClearAnswer(refusal, isEmpty);
    }

    /// <summary>Saves to a target what it lacks. Only the freeze happens in a turn.</summary>
    public async Task<SaveResult> Save(int target)
    {
        if (await Load() is { } refusal)
        {
            return new SaveResult(SaveOutcome.Failed, 0, refusal.Message);
        }

        _loading.Writer!.CatchUp();
        var opened = _loading.Opened!;
        _savers ??= new CollectionSavers(
            _key, Guid.NewGuid().ToString("N"), _services.Targets, opened.Outline?.State, opened.Sequence);
        var result = await _savers.Save(target, _loading.Entries!.Freeze(), _stopped);
        if (result.Outcome == SaveOutcome.Conflict && _services.Targets[target].IsPrimary)
        {
            HasConflict = true;
            CloseLocal();
        }

        return result;
    }

    /// <summary>What a target lacks that has everything up to a sequence.</summary>
    public async Task<LagAnswer> Lag(long since)
    {
        if (_loading.Entries is null)
        {
            return await _loading.Open() is null && _loading.Opened!.Outline is { } outline ? CollectionLag.Of(outline, since) : new LagAnswer(0, 0, 0);
        }

        _loading.Writer!.CatchUp();
        var snapshot = _loading.Entries.Freeze();
        return await Task.Factory.StartNew(() => CollectionLag.Of(snapshot, since), _stopped, TaskCreationOptions.DenyChildAttach, _services.Scheduler);
    }

    /// <summary>
    /// Loads the catalog's collection to where <see cref="ReadSystem"/> shows what has become of every write that came before: a catalog
    /// that was not told because the call took too long begins anew with this.
    /// </summary>
    /// <returns>Why that is not known; <see langword="null"/> when it is.</returns>
    public async Task<Refusal?> LoadSystem()
    {
        var deadline = new Deadline(_services);
        if (await LoadCurrent() is { } refusal)
        {
            return refusal;
        }

        // The newest: they become durable in order.
        var applying = _applying;
        await deadline.Race(applying);
        return applying.IsCompleted ? Standing : Refusals.NotConfirmed;
    }

    /// <summary>All that the catalog's collection holds.</summary>
    public SystemEntries ReadSystem()
    {
        _loading.Writer!.CatchUp();
        var entries = _loading.Entries!.List(int.MaxValue, 0, [], [], out _);
        return new SystemEntries(
            null,
            Array.ConvertAll(entries, e => Encoding.UTF8.GetString(e.Key)),
            Array.ConvertAll(entries, e => e.Value),
            Array.ConvertAll(entries, e => e.Version));
    }

    /// <summary>Loads the collection.</summary>
    /// <returns>Why not; <see langword="null"/> when it is loaded.</returns>
    public async Task<Refusal?> Load()
    {
        if (_loading.Entries is not null)
        {
            return Standing;
        }

        var refusal = await _loading.Load();
        if (refusal is null)
        {
            _registration.Found(_loading.IsRegistered);
            if (!_loading.IsListed && !IsSystem && _loading.Entries!.Count > 0)
            {
                // Only damage to the catalog can have taken a collection with entries off its list.
                _ = _registration.Make(new Deadline(_services));
            }
        }

        return refusal;
    }

    /// <summary>Loads the collection, and makes sure that nobody else had changed it when this was called.</summary>
    /// <returns>Why not, or why that is not known; <see langword="null"/> when it is loaded and current.</returns>
    public async Task<Refusal?> LoadCurrent()
    {
        var deadline = new Deadline(_services);
        return await Load() ?? await _loading.Writer!.Commits.RequireCurrent(deadline);
    }

    /// <summary>The activation is about to go: what is pending is brought to an end within the time, if it can be.</summary>
    public Task Finish(TimeSpan limit) => _loading.Writer?.Commits.Finish(limit) ?? Task.CompletedTask;

    /// <summary>The activation is about to make room for another one: from here on it takes calls alone.</summary>
    public void CloseLocal() => _local.Close();

    /// <summary>The activation is going. Waits for nothing.</summary>
    public void Dispose()
    {
        _loading.Writer?.Commits.Stop();
        _stop.Cancel();
        _stop.Dispose();
        _savers?.Stop();
        _services.Local.Leave(_key, _local);
        _resident.Leave();
    }

    /// <summary>Why nothing can be done here any more; <see langword="null"/> as long as it can.</summary>
    private Refusal? Standing => _isOvertaken ? Refusals.Overtaken : null;

    private void Overtaken()
    {
        _isOvertaken = true;
        CloseLocal();
        _overtaken();
    }
}
