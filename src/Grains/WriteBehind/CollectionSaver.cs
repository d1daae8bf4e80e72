using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Saves one collection to one target, for the life of one activation. <see cref="SaveSteps"/> has the steps and their order.</summary>
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
                return _final = new SaveResult(SaveOutcome.Conflict, SavedSequence, $"{CollectionText.Of(_collectionKey)}: {e.Message}");
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
        using var steps = new SaveSteps(_collectionKey, _writer, _target, _state, GoOn, ct);
        while (_unfinished is not null || _state.Leftovers.Count > 0 || _state.SavedSequence < snapshot.Sequence)
        {
            if (_unfinished is not null)
            {
                await steps.FinishSnapshot(_unfinished);
                _unfinished = null;
            }
            else if (_state.Leftovers.Count > 0)
            {
                await steps.EmptyLeftovers();
            }
            else if (_state.NeedsFence)
            {
                await steps.Fence();
            }
            else if (NeedsSnapshot(_state, snapshot))
            {
                _unfinished = await steps.BeginSnapshot(snapshot);
            }
            else
            {
                await steps.WriteDelta(snapshot);
            }
        }

        RequireSameEpoch();
        return new SaveResult(_state.SavedSequence == before ? SaveOutcome.UpToDate : SaveOutcome.Saved, _state.SavedSequence, null);
    }

    /// <summary>Whether a delta would not do: because it could not tell everything, or because a snapshot is cheaper by now.</summary>
    private bool NeedsSnapshot(TargetState state, CollectionSnapshot snapshot)
    {
        // Keys deleted since the last save may have left no tombstone (a clear leaves none at all).
        if (state.SavedSequence < snapshot.TombstoneFloor)
        {
            return true;
        }

        // The slot after the last must not hold a delta that a reader of the present head still needs.
        if (state.Save + 1 > state.HeadSave + MaxDeltas)
        {
            return true;
        }

        var deltaBytes = 0L;
        var limit = Math.Min(MaxDeltaBytes, Math.Max(_target.ChunkBytes, state.SnapshotBytes) - state.DeltaBytes);
        foreach (var entry in snapshot.ChangesSince(state.SavedSequence))
        {
            deltaBytes += StatePayloadWriter.EstimateBytes(entry);
            if (deltaBytes > limit)
            {
                return true;
            }
        }

        return false;
    }

    private void GoOn()
    {
        if (Volatile.Read(ref _stopped))
        {
            throw new OperationCanceledException("the activation is going");
        }
    }

    private SaveResult Ahead() => new(
        SaveOutcome.Ahead,
        SavedSequence,
        SecondaryQueue.AheadMessage(_target.Name, _collectionKey, SavedSequence, _loadedSequence));

    /// <summary>A row under a name that was never used needs no ETag, so ETags alone do not show that the rows before it are gone.</summary>
    private void RequireSameEpoch()
    {
        if (_state!.Epoch != _target.Rows.Epoch)
        {
            throw new RowsVanishedException("the storage began anew");
        }
    }
}
