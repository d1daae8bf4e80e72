using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// Reads a collection back from its rows: the head names a snapshot, the slots after its save hold what changed since.
/// </summary>
/// <remarks>
/// Whoever builds on a load reads the journal's mark of what was trimmed <em>after</em> it: when that is greater than the loaded
/// sequence, a save of an earlier activation landed in between, and loading again shows it.
/// </remarks>
public sealed class CollectionLoader(WriteBehindTarget target)
{
    // Only another process can move the rows under a reader, and it takes at least one storage call per step.
    private const int MaxTries = 4;

    /// <summary>Reads totals and sequence alone: the head and the slots, no chunk.</summary>
    /// <exception cref="StateDamagedException">A row cannot be understood.</exception>
    public Task<CollectionOutline> LoadOutline(string collectionKey, CancellationToken ct) =>
        target.Run(collectionKey, async () => (await ReadChain(collectionKey, makeRoom: null, ct)).Outline, ct);

    /// <summary>Reads everything, whatever memory it takes.</summary>
    /// <exception cref="StateDamagedException">A row cannot be understood.</exception>
    public Task<LoadedCollection> Load(string collectionKey, CancellationToken ct) =>
        Load(collectionKey, static _ => Task.CompletedTask, ct);

    /// <summary>Reads everything.</summary>
    /// <param name="collectionKey">The collection's key.</param>
    /// <param name="makeRoom">
    /// Told how much there is before anything large is read: by the head alone first, then by the slots too; what it throws ends the load.
    /// </param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="StateDamagedException">A row cannot be understood.</exception>
    public Task<LoadedCollection> Load(string collectionKey, Func<CollectionOutline, Task> makeRoom, CancellationToken ct) =>
        target.Run(collectionKey, () => LoadAll(collectionKey, makeRoom, ct), ct);

    /// <summary>Reads what a saver needs; for callers that already are in the collection's lane.</summary>
    internal async Task<TargetState> ReadState(string collectionKey, CancellationToken ct) =>
        (await ReadChain(collectionKey, makeRoom: null, ct)).Outline.State;

    private async Task<LoadedCollection> LoadAll(string collectionKey, Func<CollectionOutline, Task> makeRoom, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (outline, changes) = await ReadChain(collectionKey, makeRoom, ct);
            var snapshot = new List<StoredEntry>();
            if (await ReadChunks(collectionKey, outline.State, snapshot, ct) is { } fault)
            {
                // The row was written for another snapshot: the head has moved on since we read it, or the database is damaged.
                if (attempt < MaxTries)
                {
                    continue;
                }

                throw new StateDamagedException(fault);
            }

            var merge = new EntryMerge(snapshot, changes);
            merge.Run(outline.TombstoneFloor);
            return new LoadedCollection
            {
                Outline = new CollectionOutline
                {
                    State = outline.State,
                    Sequence = outline.Sequence,
                    LastVersion = outline.LastVersion,
                    Count = merge.Entries.Count,
                    Bytes = merge.Bytes,
                    TombstoneFloor = outline.TombstoneFloor,
                },
                Entries = merge.Entries,
                Tombstones = merge.Tombstones,
            };
        }
    }

    private async Task<string?> ReadChunks(string collectionKey, TargetState state, List<StoredEntry> entries, CancellationToken ct)
    {
        var names = Enumerable.Range(0, state.Head?.Chunks ?? 0).Select(i => RowName.Chunk(state.Generation, i));
        var chunk = 0;
        foreach (var some in names.Chunk(target.ReadsAtOnce))
        {
            foreach (var (name, row) in some.Zip(await ReadRows(collectionKey, some, ct)))
            {
                if (row.IsNone)
                {
                    return $"Row '{name}' of collection '{collectionKey}' is missing.";
                }

                var header = StatePayloadReader.Read(collectionKey, name, row.Payload, entries);
                if (header.Kind != StateKind.Chunk || header.Generation != state.Generation || header.Chunk != chunk++
                    || header.Save != state.HeadSave || header.Sequence != state.Head!.Sequence)
                {
                    return $"Row '{name}' of collection '{collectionKey}' is not of the snapshot that the head names.";
                }

                state.SetETag(name, row.ETag);
            }
        }

        return null;
    }

    private async Task<(CollectionOutline Outline, List<StoredEntry> Changes)> ReadChain(
        string collectionKey, Func<CollectionOutline, Task>? makeRoom, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var changes = new List<StoredEntry>();
            var chain = new RowChain(target.Rows.Epoch);
            var row = await target.Rows.Read(collectionKey, RowName.Head, ct);
            chain.State.SetETag(RowName.Head, row.ETag);
            if (!row.IsNone)
            {
                chain.AddHead(StatePayloadReader.ReadHeader(collectionKey, RowName.Head, row.Payload));
            }

            // Slots together hold about as much as the snapshot before the next one is written.
            await (makeRoom?.Invoke(chain.Outline()) ?? Task.CompletedTask);
            var fault = await ReadSlots(collectionKey, chain, makeRoom is null ? null : changes, ct)
                ?? (chain.State.Epoch == target.Rows.Epoch ? null : $"Target '{target.Name}' began anew while collection '{collectionKey}' was read.");
            if (fault is null)
            {
                await (makeRoom?.Invoke(chain.Outline()) ?? Task.CompletedTask);
                return (chain.Outline(), changes);
            }

            if (attempt == MaxTries)
            {
                throw new StateDamagedException(fault);
            }
        }
    }

    private async Task<string?> ReadSlots(string collectionKey, RowChain chain, List<StoredEntry>? changes, CancellationToken ct)
    {
        // One or two rows tell of most collections that nothing came after the head.
        var first = chain.State.HeadSave + 1;
        var end = first + target.SlotCount;
        for (long save = first, count = Math.Min(2, target.ReadsAtOnce); save < end; save += count, count = Math.Min(target.ReadsAtOnce, end - save))
        {
            var names = Enumerable.Range(0, (int)count).Select(i => RowName.Slot(save + i, target.SlotCount)).ToArray();
            var rows = await ReadRows(collectionKey, names, ct);
            for (var i = 0; i < names.Length; i++)
            {
                if (Add(collectionKey, chain, save + i, names[i], rows[i], changes, out var fault))
                {
                    return fault;
                }
            }
        }

        return null;
    }

    /// <summary>Adds what is saved in a slot.</summary>
    /// <returns>Whether the chain ends here: with the slot before, or with a fault.</returns>
    private static bool Add(
        string collectionKey, RowChain chain, long save, string name, StateRow row, List<StoredEntry>? changes, out string? fault)
    {
        fault = null;
        chain.State.SetETag(name, row.ETag);
        if (row.IsNone)
        {
            return true;
        }

        var header = StatePayloadReader.ReadHeader(collectionKey, name, row.Payload);
        if (header.Save < save)
        {
            return true;
        }

        if (header.Save > save || header.Since > chain.State.SavedSequence || header.Kind is not (StateKind.Delta or StateKind.Seal))
        {
            fault = $"Row '{name}' of collection '{collectionKey}' holds save {header.Save}, which does not follow its head.";
            return true;
        }

        if (changes is not null && header.Kind == StateKind.Delta)
        {
            // What the rows before hold is complete up to their sequence. An older entry may only be here because a snapshot
            // overtook this delta, and its tombstone may be gone: it must not come back.
            var complete = chain.State.SavedSequence;
            var fresh = new List<StoredEntry>();
            StatePayloadReader.Read(collectionKey, name, row.Payload, fresh);
            changes.AddRange(fresh.Where(entry => entry.Sequence > complete));
        }

        chain.AddSlot(header, row.Payload.Length);
        return false;
    }

    /// <summary>
    /// Reads rows at once. Slots may be read in any order: the chain ends before the first that was read empty, so it is one that stood
    /// there at some moment, whatever was written in the meantime.
    /// </summary>
    private Task<StateRow[]> ReadRows(string collectionKey, IReadOnlyList<string> names, CancellationToken ct) =>
        Task.WhenAll(names.Select(name => target.Rows.Read(collectionKey, name, ct)));

    /// <summary>Head and slots put together while they are read.</summary>
    private sealed class RowChain(long epoch)
    {
        private StateHeader? _newest;
        private long _lastVersion;
        private long _tombstoneFloor;

        public TargetState State { get; } = new(epoch);

        public void AddHead(StateHeader head)
        {
            State.SetHead(head);
            Add(head);
        }

        public void AddSlot(StateHeader slot, long payloadBytes)
        {
            State.AddSave(slot, payloadBytes);
            if (slot.Kind == StateKind.Seal)
            {
                State.RequireFence();
            }
            else
            {
                Add(slot);
            }
        }

        public CollectionOutline Outline() => new()
        {
            State = State,
            Sequence = State.SavedSequence,
            LastVersion = _lastVersion,
            Count = _newest?.Count ?? 0,
            Bytes = _newest?.Bytes ?? 0,
            TombstoneFloor = _tombstoneFloor,
        };

        private void Add(StateHeader row)
        {
            if (_newest is null || row.Sequence >= _newest.Sequence)
            {
                _newest = row;
            }

            _lastVersion = Math.Max(_lastVersion, row.LastVersion);
            _tombstoneFloor = Math.Max(_tombstoneFloor, row.TombstoneFloor);
        }
    }
}
