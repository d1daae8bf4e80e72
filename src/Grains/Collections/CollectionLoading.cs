using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>
/// Brings a collection into memory, in two steps: opened, versions and totals are known; loaded, its entries are there.
/// One attempt at a time, whoever asks; a failed one is not repeated within a second.
/// </summary>
internal sealed class CollectionLoading(
    string key,
    bool isSystem,
    CollectionServices services,
    IRegistry registry,
    ResidentCollection resident,
    Action overtaken,
    CancellationToken stopped)
{
    // Others leave within milliseconds, unless they are being read from a slow storage themselves.
    private static readonly TimeSpan PatienceForRoom = TimeSpan.FromSeconds(4);

    // While it is loaded a collection stands in memory as text, as a list of what was read, and as entries.
    private const int FormsWhileLoading = 3;

    // In which those who were asked to leave have left, and what they held can be collected.
    private static readonly TimeSpan PauseForMemory = TimeSpan.FromMilliseconds(100);

    // So that a storage that is away is asked once a second and collection, and not once a call.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private Task<Refusal?>? _running;
    private Task<Refusal?>? _clearing;
    private Refusal? _failure;
    private long _failedAt;
    private long _versionFloor;
    private long _clearBound;

    /// <summary>What is known since the collection was opened; <see langword="null"/> before.</summary>
    public RecoveredCollection? Opened { get; private set; }

    /// <summary>The entries; <see langword="null"/> before the collection is loaded.</summary>
    public CollectionEntries? Entries { get; private set; }

    /// <summary>Judges and applies writes; <see langword="null"/> before the collection is loaded.</summary>
    public CollectionWriter? Writer { get; private set; }

    /// <summary>Whether the catalog listed the collection when it was opened.</summary>
    public bool IsListed { get; private set; }

    /// <summary>Whether it did, and was not about to take it off its list.</summary>
    public bool IsRegistered { get; private set; }

    /// <summary>The newest version given, or that is not to be given any more.</summary>
    public long LastVersion => Math.Max(_versionFloor, Entries?.LastVersion ?? Opened?.LastVersion ?? 0);

    /// <summary>No write from here on gets a version of <paramref name="version"/> or less.</summary>
    public void RaiseVersion(long version)
    {
        _versionFloor = Math.Max(_versionFloor, version);
        Entries?.RaiseVersion(version);
    }

    /// <summary>Loads the entries.</summary>
    /// <returns>Why not; <see langword="null"/> when they are there.</returns>
    public async Task<Refusal?> Load() => Entries is null ? await RunOrJoin(withEntries: true, () => Entries is not null) : null;

    /// <summary>Learns versions and totals.</summary>
    /// <returns>Why not; <see langword="null"/> when they are known.</returns>
    public async Task<Refusal?> Open() => Opened is null ? await RunOrJoin(withEntries: false, () => Opened is not null) : null;

    /// <summary>
    /// Loads the collection by clearing it: when all that it holds has at most the version <paramref name="bound"/>, nothing of it
    /// needs to be read. Does nothing when it is loaded, or being loaded, or holds something newer.
    /// </summary>
    public async Task<Refusal?> LoadByClear(long bound)
    {
        if (await Open() is { } refusal)
        {
            return refusal;
        }

        if (Entries is null && _running is null && _clearing is null && LastVersion <= bound)
        {
            return await Join(_clearing = GuardClear(bound));
        }

        return null;
    }

    private async Task<Refusal?> RunOrJoin(bool withEntries, Func<bool> isDone)
    {
        // What runs may be the other of the two; then it is our turn after it.
        while (!isDone())
        {
            if (_clearing is { } clearing)
            {
                // Refused, it has changed nothing, and is no reason not to read what is there.
                await new Deadline(services).Race(clearing);
                if (!clearing.IsCompleted)
                {
                    return StillLoading();
                }

                continue;
            }

            if (_running is null && _failure is not null && services.Clock.GetElapsedTime(_failedAt) < RetryAfter)
            {
                return _failure;
            }

            _running ??= Guard(() => Recover(withEntries));
            if (await Join(_running) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private async Task<Refusal?> Join(Task<Refusal?> running)
    {
        await new Deadline(services).Race(running);
        return running.IsCompleted ? await running : StillLoading();
    }

    private Refusal StillLoading() => new(RefusalCode.Unavailable, $"{What} is still being loaded; try again later");

    private string What => CollectionText.Of(key);

    private async Task<Refusal?> GuardClear(long bound)
    {
        // The caller has to store the task before it can end.
        await Task.Yield();
        try
        {
            return await ClearUnread(bound);
        }
        catch (Exception fault)
        {
            return new Refusal(RefusalCode.Unavailable, $"{What} cannot be cleared: {fault.Message}");
        }
        finally
        {
            _clearing = null;
        }
    }

    private async Task<Refusal?> Guard(Func<Task<Refusal?>> work)
    {
        // The caller has to store the task before it can end.
        await Task.Yield();
        try
        {
            _failure = await WithMemory(work);
        }
        catch (Exception fault)
        {
            _failure = new Refusal(RefusalCode.Unavailable, $"{What} cannot be loaded: {fault.Message}");
            resident.Hold(ResidentCollections.ActivationBytes);
        }

        _failedAt = services.Clock.GetTimestamp();
        _running = null;
        return _failure;
    }

    /// <summary>Does work that leaves nothing behind when it fails, and does it again when memory ran out, once others have been asked to leave.</summary>
    private async Task<Refusal?> WithMemory(Func<Task<Refusal?>> work)
    {
        for (var started = services.Clock.GetTimestamp(); ;)
        {
            try
            {
                return await work();
            }
            catch (OutOfMemoryException) when (services.Clock.GetElapsedTime(started) < PatienceForRoom)
            {
                var wanted = resident.Bytes;
                resident.Hold(ResidentCollections.ActivationBytes);
                services.Residents.AskToLeave(wanted);
            }

            await Task.Delay(PauseForMemory, services.Clock, stopped);
        }
    }

    private async Task<Refusal?> Recover(bool withEntries)
    {
        if (Opened is null && !isSystem)
        {
            var standing = await registry.Find(key);
            if (standing.Refusal is not null)
            {
                return standing.Refusal;
            }

            IsListed = standing.IsListed;
            IsRegistered = standing.IsListed && standing.ClearedThrough == 0;
            _versionFloor = Math.Max(_versionFloor, standing.ClearedThrough);
            _clearBound = standing.IsClearing ? standing.ClearedThrough : 0;
        }

        Opened = await Read(withEntries);
        if (_clearBound > 0)
        {
            await UseCleared();
        }
        else if (Opened.Entries is { } entries)
        {
            Use(entries, NewWriter(entries));
        }

        return null;
    }

    private async Task<RecoveredCollection> Read(bool withEntries)
    {
        var started = services.Clock.GetTimestamp();
        var recovered = await services.Durability.Recover(key, IsListed || isSystem, withEntries ? MakeRoom : null, stopped);
        CollectionMeter.LoadDuration.Record(
            services.Clock.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("step", withEntries ? "load" : "open"));
        return recovered;
    }

    private async Task MakeRoom(long bytes)
    {
        var needed = ResidentCollections.ActivationBytes + (bytes * FormsWhileLoading);
        if (needed <= resident.Bytes + (resident.Bytes / 8))
        {
            // A little more, as when a change came in since, is no reason to stand in line again.
            resident.Hold(Math.Max(needed, resident.Bytes));
            return;
        }

        // Two loads that kept what they have while they wait for more would wait for each other.
        resident.Hold(ResidentCollections.ActivationBytes);
        if (!await resident.TakeRoom(needed, PatienceForRoom, stopped))
        {
            throw new TimeoutException($"it needs {bytes} bytes of memory, which other collections did not free in time");
        }

        // It has its share, so it is not refused: only garbage may be in the way of it.
        services.Heap?.IsShortOf(needed);
    }

    /// <summary>
    /// A delete that is written down will be carried out whatever happens, so what it removes is shown to nobody: else a reader would see
    /// a value after a kill, and then see it go. The clear itself is the catalog's to make, when the journal takes it.
    /// </summary>
    private async Task UseCleared()
    {
        if (Opened!.LastVersion > _clearBound && Opened.Entries is null)
        {
            Opened = await Read(withEntries: true);
        }

        var entries = Opened.LastVersion > _clearBound ? Opened.Entries! : Unread();
        entries.OweClear(_clearBound);
        Use(entries, NewWriter(entries));
    }

    private async Task<Refusal?> ClearUnread(long bound)
    {
        var entries = Unread();
        var writer = NewWriter(entries);
        entries.StageClear(bound);
        var group = writer.AppendStaged(isAtomic: false, reclaims: true, out var refusal);
        if (group is null)
        {
            return refusal;
        }

        // Nothing is read before this is durable, because what it removes was never in memory to be shown until then.
        if (await group.Outcome != CommitOutcome.Durable)
        {
            if (writer.Commits.MayBeOvertaken)
            {
                // What was known of the rows may not be so any more: the next attempt reads what has become of them.
                writer.Commits.Stop();
                Opened = null;
            }

            return writer.Commits.FailureOf(group);
        }

        writer.CatchUp();
        Use(entries, writer);
        return null;
    }

    /// <summary>The collection as it was opened, without a look at its entries: they are about to be cleared.</summary>
    private CollectionEntries Unread()
    {
        var entries = new CollectionEntries();
        entries.Restored(Opened!.SettledSequence, Opened.LastVersion, [], Opened.SettledSequence);
        entries.RaiseSequence(Opened.Sequence);
        return entries;
    }

    private void Use(CollectionEntries entries, CollectionWriter writer)
    {
        entries.RaiseVersion(_versionFloor);
        Writer = writer;
        Entries = resident.Entries = entries;
        resident.Hold(ResidentCollections.ActivationBytes + entries.MemoryBytes);
    }

    private CollectionWriter NewWriter(CollectionEntries entries)
    {
        CollectionWriter? writer = null;
        var commits = services.Durability.CommitsOf(key, Opened!, entries, new CommitEvents(() => writer!.CatchUp(), overtaken));
        return writer = new CollectionWriter(entries, resident, commits, services.Clock, CollectionLimits.Of(services, isSystem));
    }
}
