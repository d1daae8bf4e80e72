using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// Saves one collection to one target, for the life of one activation.
/// </summary>
/// <remarks>
/// <para>
/// Every save claims the next slot of the ring: a delta is the claim, a snapshot claims with a seal. A claim is a write under the ETag
/// that the slot had before, so of two activations that believe in the same past one fails, and finds a row that is not its own.
/// </para>
/// <para>
/// A failed call is never known not to have happened. A row is therefore tried again under the ETag it was tried under first: if the
/// first try has landed, or lands later, the second fails with a conflict and the row shows who wrote it.
/// </para>
/// </remarks>
public sealed class CollectionSaver
{
    /// <summary>Deltas between two snapshots. What is left of the ring is for seals of snapshots that did not get finished.</summary>
    internal const int MaxDeltas = 12;

    /// <summary>The most that is written as one delta, since it is one row; more becomes a snapshot, which is cut into chunks.</summary>
    internal const int MaxDeltaBytes = 1024 * 1024;

    private readonly string _collectionKey;
    private readonly string _writer;
    private readonly WriteBehindTarget _target;
    private readonly long _loadedSequence;
    private TargetState? _state;
    private SnapshotPlan? _unfinished;
    private bool _stopped;
    private SaveResult? _final;
    private Task<SaveResult>? _running;

    /// <param name="collectionKey">The collection, as <c>namespace/collection</c>.</param>
    /// <param name="writer">The activation's own random name.</param>
    /// <param name="target">Where to save.</param>
    /// <param name="state">What the load found at this target; <see langword="null"/> when it was not loaded from it: then it is read first.</param>
    /// <param name="loadedSequence">The sequence that the activation began with, journal included.</param>
    public CollectionSaver(string collectionKey, string writer, WriteBehindTarget target, TargetState? state, long loadedSequence)
    {
        _collectionKey = collectionKey;
        _writer = writer;
        _target = target;
        _state = state;
        _loadedSequence = loadedSequence;
        target.Opened(collectionKey);
    }

    /// <summary>Everything up to this sequence is in the target's rows, as far as is known here.</summary>
    public long SavedSequence => _state?.SavedSequence ?? 0;

    /// <summary>
    /// Brings the target up to a snapshot. Never throws. While a save is under way a second call returns with the first,
    /// which had an older snapshot: the result's sequence says what it came to.
    /// Called on the grain's scheduler; everything it does is done off it.
    /// </summary>
    public Task<SaveResult> Save(CollectionSnapshot snapshot, CancellationToken ct)
    {
        if (_running is { IsCompleted: false } running)
        {
            return running;
        }

        return _running = _target.Run(_collectionKey, () => SaveInLane(snapshot, ct), CancellationToken.None);
    }

    /// <summary>The activation is going: a save under way ends before its next storage call, and none begins any more.</summary>
    public void Stop()
    {
        if (!Interlocked.Exchange(ref _stopped, true))
        {
            _target.Closed(_collectionKey);
        }
    }

    private async Task<SaveResult> SaveInLane(CollectionSnapshot snapshot, CancellationToken ct)
    {
        if (_final is { } final)
        {
            return final;
        }

        for (var isRetry = false; ; isRetry = true)
        {
            try
            {
                return await BringUpTo(snapshot, ct);
            }
            catch (ForeignWriterException e) when (_target.IsPrimary)
            {
                return _final = new SaveResult(SaveOutcome.Conflict, SavedSequence, $"collection '{_collectionKey}': {e.Message}");
            }
            catch (Exception e) when (e is ForeignWriterException or RowsVanishedException)
            {
                // A secondary has no say in who may write: what is there now is looked at afresh, and is left alone if it is ahead of us.
                // And what we hold is complete, so a storage that began anew is filled again.
                _state = null;
                _unfinished = null;
                if (isRetry)
                {
                    return new SaveResult(SaveOutcome.Failed, 0, e.Message);
                }
            }
            catch (Exception e)
            {
                return new SaveResult(SaveOutcome.Failed, SavedSequence, e.Message);
            }
        }
    }

    private async Task<SaveResult> BringUpTo(CollectionSnapshot snapshot, CancellationToken ct)
    {
        _state ??= await new CollectionLoader(_target).ReadState(_collectionKey, ct);
        RequireSameEpoch();
        if (_state.SavedSequence > _loadedSequence && _state.LastWriter != _writer)
        {
            return Ahead();
        }

        var before = _state.SavedSequence;
        using var payloads = new StatePayloadWriter(_collectionKey);
        while (_unfinished is not null || _state.SavedSequence < snapshot.Sequence)
        {
            if (_unfinished is null && NeedsSnapshot(snapshot))
            {
                _unfinished = await BeginSnapshot(snapshot, payloads, ct);
            }
            else if (_unfinished is null)
            {
                await WriteDelta(snapshot, payloads, ct);
            }
            else
            {
                await FinishSnapshot(_unfinished, payloads, ct);
                _unfinished = null;
            }
        }

        RequireSameEpoch();
        return new SaveResult(_state.SavedSequence == before ? SaveOutcome.UpToDate : SaveOutcome.Saved, _state.SavedSequence, null);
    }

    /// <summary>Whether a delta would not do: because it could not tell everything, or because a snapshot is cheaper by now.</summary>
    private bool NeedsSnapshot(CollectionSnapshot snapshot)
    {
        // Keys deleted since the last save may have left no tombstone (a clear leaves none at all).
        if (_state!.SavedSequence < snapshot.TombstoneFloor)
        {
            return true;
        }

        // The slot after the last must not hold a delta that a reader of the present head still needs.
        if (_state.Save + 1 > _state.HeadSave + MaxDeltas)
        {
            return true;
        }

        var deltaBytes = 0L;
        var limit = Math.Min(MaxDeltaBytes, Math.Max(_target.ChunkBytes, _state.SnapshotBytes) - _state.DeltaBytes);
        foreach (var entry in snapshot.ChangesSince(_state.SavedSequence))
        {
            deltaBytes += StatePayloadWriter.EstimateBytes(entry);
            if (deltaBytes > limit)
            {
                return true;
            }
        }

        return false;
    }

    private async Task WriteDelta(CollectionSnapshot snapshot, StatePayloadWriter payloads, CancellationToken ct)
    {
        var since = _state!.SavedSequence;
        var header = Header(StateKind.Delta, _state.Save + 1, _state.Generation, snapshot) with { Since = since };
        await Claim(header, payloads.Write(header, snapshot.ChangesSince(since)), ct);
        if (_state.NeedsFence)
        {
            await Fence(payloads, ct);
        }
    }

    /// <summary>
    /// Announces a snapshot. The order is what makes it safe:
    /// first the ETags of the chunks are known, then the slot is claimed, then the head is fenced, and only then a chunk is written.
    /// Whoever claimed after us writes chunks under ETags that ours do not match; whoever claimed before us and did not finish can no
    /// longer flip the head, so the chunks that we overwrite cannot become current.
    /// </summary>
    /// <returns><see langword="null"/> when an earlier try of ours turned up in the slot and the need must be judged anew.</returns>
    private async Task<SnapshotPlan?> BeginSnapshot(CollectionSnapshot snapshot, StatePayloadWriter payloads, CancellationToken ct)
    {
        var plan = new SnapshotPlan(snapshot, _state!.Generation + 1, _target.ChunkBytes);
        for (var i = 0; i < plan.Chunks; i++)
        {
            GoOn(ct);
            await Rows.Know(RowName.Chunk(plan.Generation, i), ct);
        }

        // Behind the last slot that may be overwritten only a seal can stand, and it is claimed by taking it over in place.
        plan.Save = Math.Min(_state.Save + 1, _state.HeadSave + RowName.SlotCount);
        var seal = new StateHeader
        {
            Kind = StateKind.Seal,
            Writer = _writer,
            Save = plan.Save,
            Generation = _state.Generation,
            Sequence = _state.SavedSequence,
        };
        var claimed = await Claim(seal, payloads.Write(seal, []), ct);
        if (claimed.Kind != StateKind.Seal)
        {
            return null;
        }

        if (_state.NeedsFence)
        {
            await Fence(payloads, ct);
        }

        return plan;
    }

    private async Task FinishSnapshot(SnapshotPlan plan, StatePayloadWriter payloads, CancellationToken ct)
    {
        foreach (var entries in plan.RemainingChunks())
        {
            GoOn(ct);
            await WriteChunk(plan, entries, payloads, ct);
        }

        GoOn(ct);
        var head = Header(StateKind.Head, plan.Save, plan.Generation, plan.Content) with { Chunks = plan.Chunks, ChunkBytes = plan.WrittenBytes };
        await Rows.Write(RowName.Head, head, payloads.Write(head, []), found => found.Generation == plan.Generation && found.Save == plan.Save, ct);
        _state!.SetHead(head);
        _state.Fenced();
    }

    private async Task WriteChunk(SnapshotPlan plan, IEnumerable<StoredEntry> entries, StatePayloadWriter payloads, CancellationToken ct)
    {
        var header = Header(StateKind.Chunk, plan.Save, plan.Generation, plan.Content) with { Chunk = plan.NextChunk };
        var name = RowName.Chunk(plan.Generation, plan.NextChunk);
        var payload = payloads.Write(header, entries);

        // A try of ours found there had the same content: a snapshot once announced is finished with what it was begun with.
        await Rows.Write(name, header, payload, found => found.Save == plan.Save && found.Generation == plan.Generation, ct);
        plan.WrittenBytes += payload.Length;
        plan.NextChunk++;
    }

    private async Task<StateHeader> Claim(StateHeader header, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        GoOn(ct);
        var slot = RowName.Slot(header.Save);
        var isTakeover = header.Save == _state!.Save;
        if (await Rows.Know(slot, ct) is { } found && found.Save >= header.Save)
        {
            // Unknown until now, so nobody's word but the row's own says that it is free.
            throw new ForeignWriterException(slot, found.Writer);
        }

        GoOn(ct);
        var written = await Rows.Write(slot, header, payload, other => other.Save == header.Save, ct);
        if (!isTakeover)
        {
            _state.AddSave(written.Header, written.PayloadBytes);
        }

        return written.Header;
    }

    /// <summary>Rewrites the head as it is. Under its new ETag no flip that somebody else has begun can land.</summary>
    private async Task Fence(StatePayloadWriter payloads, CancellationToken ct)
    {
        GoOn(ct);
        var current = _state!.Head ?? new StateHeader { Kind = StateKind.Head, Writer = _writer, Save = 0, Generation = 0, Sequence = 0 };
        var head = current with { Writer = _writer };
        await Rows.Write(RowName.Head, head, payloads.Write(head, []), found => found.Generation == head.Generation, ct);
        _state.Fenced();
    }

    private StateHeader Header(StateKind kind, long save, long generation, CollectionSnapshot content) => new()
    {
        Kind = kind,
        Writer = _writer,
        Save = save,
        Generation = generation,
        Sequence = content.Sequence,
        LastVersion = content.LastVersion,
        TombstoneFloor = content.TombstoneFloor,
        Count = content.Count,
        Bytes = content.Bytes,
    };

    private StateRowWriter Rows => new(_collectionKey, _writer, _target.Rows, _state!);

    private void GoOn(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _stopped))
        {
            throw new OperationCanceledException("the activation is going");
        }
    }

    private SaveResult Ahead() => new(
        SaveOutcome.Ahead,
        SavedSequence,
        $"target '{_target.Name}' holds collection '{_collectionKey}' up to change {SavedSequence}, but this device knows {_loadedSequence} only");

    /// <summary>A row under a name that was never used needs no ETag, so ETags alone do not show that the rows before it are gone.</summary>
    private void RequireSameEpoch()
    {
        if (_state!.Epoch != _target.Rows.Epoch)
        {
            throw new RowsVanishedException("the storage began anew");
        }
    }
}
