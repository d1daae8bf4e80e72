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
    private readonly int _slotsForSeals = target.SlotCount / 16;

    // From here on the collection is written whole, a row between every two commits: of 256 slots these are 96, and 96 rows are 18 MiB.
    private readonly int _slotsForSnapshot = target.SlotCount * 3 / 8;

    private readonly string _writer = Guid.NewGuid().ToString("N");
    private SnapshotPlan? _unfinished;
    private volatile bool _isStopped;

    /// <summary>Whether it is time to write the collection whole, so that a load has less to read.</summary>
    public bool IsSnapshotDue => _unfinished is null
        && (state.Save + _slotsForSeals + _slotsForSnapshot >= LastSave || state.DeltaBytes > Math.Max(target.ChunkBytes, state.SnapshotBytes));

    /// <summary>Whether the collection must be written whole before anything more is saved.</summary>
    public bool IsFull => _unfinished is null && state.Save + _slotsForSeals >= LastSave;

    /// <summary>Whether <see cref="Step"/> has something to do.</summary>
    public bool HasWork => _unfinished is not null || state.Leftovers.Count > 0;

    private long LastSave => state.HeadSave + target.SlotCount;

    /// <summary>Saves a group of changes on top of everything saved before.</summary>
    /// <exception cref="ForeignWriterException">Another activation has saved since.</exception>
    public Task Commit(CollectionChanges changes) => Run(async steps =>
    {
        while (state.SavedSequence < changes.Totals.Sequence)
        {
            if (_unfinished is not null && (changes.After is not null || state.Save + _slotsForSeals >= LastSave))
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
    /// One of our own there is a seal whose answer was lost, and the slot after it tells. So it is when the newest save is in the last slot:
    /// a seal, which is claimed by taking it over, unless whoever wrote it goes on.
    /// </summary>
    public Task<bool> IsCurrent() => Run(async _ =>
    {
        for (var next = Math.Min(state.Save + 1, LastSave); ; next++)
        {
            GoOn();
            var slot = RowName.Slot(next, target.SlotCount);
            var row = await target.Rows.Read(collectionKey, slot, CancellationToken.None);
            var found = row.IsNone ? null : StatePayloadReader.ReadHeader(collectionKey, slot, row.Payload);
            if (found is null || found.Save < next)
            {
                return true;
            }

            if (found.Writer != _writer && !(next == state.Save && found.Writer == state.LastWriter))
            {
                return false;
            }
        }
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
