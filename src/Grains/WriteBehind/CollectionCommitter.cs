using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// Saves each group of changes of one collection to the primary storage, for the life of one activation, and writes the collection whole
/// between groups when that is due. <see cref="SaveSteps"/> has the steps and their order. One call at a time.
/// </summary>
/// <remarks>
/// A call that throws may have saved its group or not; <see cref="ForeignWriterException"/> says that this call has not, but an earlier one
/// with the same group may have. Called again with the same group it goes on where it was.
/// </remarks>
/// <param name="collectionKey">The collection, as <c>namespace/collection</c>.</param>
/// <param name="target">The primary storage.</param>
/// <param name="state">What the load found there.</param>
internal sealed class CollectionCommitter(string collectionKey, WriteBehindTarget target, TargetState state)
{
    // The slots at the end of the ring are for seals of snapshots that did not get finished.
    private const int SlotsForSeals = 16;

    // From here on the collection is written whole, a row between every two commits: sixty-four rows are 16 MiB.
    private const int SlotsForSnapshot = 64;

    private readonly string _writer = Guid.NewGuid().ToString("N");
    private SnapshotPlan? _unfinished;
    private volatile bool _isStopped;

    /// <summary>Whether it is time to write the collection whole, so that a load has less to read.</summary>
    public bool IsSnapshotDue => _unfinished is null
        && (state.Save + SlotsForSeals + SlotsForSnapshot >= LastSave || state.DeltaBytes > Math.Max(target.ChunkBytes, state.SnapshotBytes));

    /// <summary>Whether the collection must be written whole before anything more is saved.</summary>
    public bool IsFull => _unfinished is null && state.Save + SlotsForSeals >= LastSave;

    /// <summary>Whether <see cref="Step"/> has something to do.</summary>
    public bool HasWork => _unfinished is not null || state.Leftovers.Count > 0;

    private long LastSave => state.HeadSave + target.SlotCount;

    /// <summary>Saves a group of changes on top of everything saved before.</summary>
    /// <exception cref="ForeignWriterException">Another activation has saved since.</exception>
    public Task Commit(CollectionChanges changes) => Run(async steps =>
    {
        while (state.SavedSequence < changes.Totals.Sequence)
        {
            if (_unfinished is not null && (changes.After is not null || state.Save + SlotsForSeals >= LastSave))
            {
                await Finish(steps);
            }
            else if (state.NeedsFence)
            {
                await steps.Fence();
            }
            else if (changes.After is { } after)
            {
                _unfinished = await steps.BeginSnapshot(after);
            }
            else
            {
                await steps.WriteDelta(changes.Totals, changes.Newest);
            }
        }
    });

    /// <summary>Announces that the collection is written whole, in steps.</summary>
    /// <param name="content">The settled state: all that is saved, and nothing else.</param>
    /// <exception cref="ForeignWriterException">Another activation has saved since.</exception>
    public Task BeginSnapshot(CollectionSnapshot content) => Run(async steps =>
    {
        // A save of ours that was taken for failed may turn up: then the state to write is another one.
        while (_unfinished is null && state.SavedSequence == content.Sequence)
        {
            if (state.NeedsFence)
            {
                await steps.Fence();
            }

            _unfinished = await steps.BeginSnapshot(content);
        }
    });

    /// <summary>Goes on with what is left to do: one row.</summary>
    /// <exception cref="ForeignWriterException">Another activation has saved since.</exception>
    public Task Step() => Run(async steps =>
    {
        if (_unfinished is null)
        {
            await steps.EmptyLeftover();
        }
        else if (await steps.StepSnapshot(_unfinished))
        {
            _unfinished = null;
        }
    });

    /// <summary>
    /// Whether nobody else had saved when this was called: a save claims the next slot before it does anything else, so that row tells.
    /// </summary>
    public Task<bool> IsCurrent() => Run(async _ =>
    {
        var next = Math.Min(state.Save + 1, LastSave);
        var slot = RowName.Slot(next, target.SlotCount);
        var row = await target.Rows.Read(collectionKey, slot, CancellationToken.None);
        return row.IsNone || StatePayloadReader.ReadHeader(collectionKey, slot, row.Payload) is var found && (found.Save < next || found.Writer == _writer);
    });

    /// <summary>What is under way ends before its next storage call, and nothing begins any more.</summary>
    public void Stop() => _isStopped = true;

    private async Task Finish(SaveSteps steps)
    {
        await steps.FinishSnapshot(_unfinished!);
        _unfinished = null;
    }

    private Task<bool> Run(Func<SaveSteps, Task> work) => Run(async steps =>
    {
        await work(steps);
        return true;
    });

    private Task<T> Run<T>(Func<SaveSteps, Task<T>> work) => target.Run(
        collectionKey,
        async () =>
        {
            using var steps = new SaveSteps(collectionKey, _writer, target, state, GoOn, CancellationToken.None);
            GoOn();
            return await work(steps);
        },
        CancellationToken.None);

    private void GoOn()
    {
        if (_isStopped)
        {
            throw new OperationCanceledException("the activation is going");
        }
    }
}
