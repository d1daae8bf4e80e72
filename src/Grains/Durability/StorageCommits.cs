using System.Diagnostics.CodeAnalysis;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Durability;

/// <summary>
/// Commits of one activation in a cluster: everything that came while a save was under way is the next, one row whatever its number of
/// writes. All of it happens in the activation's turns but for encoding and the calls to the storage.
/// </summary>
/// <remarks>
/// A save that failed may have been made, so its group stays pending, shown to nobody, and is tried again under the same ETags until that
/// is known. Those who wait for it are told so at once. Meanwhile this activation takes no writes.
/// </remarks>
internal sealed class StorageCommits(
    StorageDurability storage, CollectionCommitter committer, CollectionEntries entries, CommitEvents events) : ICommits
{
    // A failure that is this collection's alone is not tried again and again.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // The storage may have failed somebody else alone, and answer this call all the same.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource<bool> _ended = NewSignal<bool>(storage);
    private Group? _open;
    private Group? _saving;
    private Task? _running;
    private Refusal? _stuck;
    private Refusal? _end;
    private Refusal _failure = Refusals.Lost;
    private Task<bool>? _check;
    private long _checks;
    private long _lastPosition;
    private long _begunPosition;
    private long _doubtfulPosition;
    private bool _isFinishing;

    /// <inheritdoc/>
    public long DurablePosition { get; private set; }

    /// <inheritdoc/>
    public bool HasEnded => _end is not null;

    /// <inheritdoc/>
    public bool MayBeOvertaken => true;

    /// <inheritdoc/>
    public bool TryAppend(
        int bytes, bool isAtomic, bool reclaims, [NotNullWhen(true)] out CommitGroup? group, [NotNullWhen(false)] out Refusal? refusal)
    {
        group = null;
        refusal = _end ?? _stuck ?? (storage.Breaker.Fault is null ? null : Refusals.StorageAway);
        if (refusal is null && !storage.TryTake(bytes))
        {
            refusal = Refusals.TooMuchPending(storage.MaxPendingBytes);
        }

        if (refusal is not null)
        {
            return false;
        }

        _open ??= new Group(new CommitGroup(++_lastPosition, storage.InlineCompletions), NewSignal<CommitOutcome>(storage));
        _open.Bytes += bytes;
        _open.Writes++;
        group = _open.Commit;
        _running ??= Run();
        return true;
    }

    /// <summary>Of what was never tried it is certain that it was not made.</summary>
    public Refusal FailureOf(CommitGroup group) => HasEnded && group.Position > _doubtfulPosition ? _end! : _failure;

    /// <inheritdoc/>
    public Task<CommitOutcome> Known(CommitGroup group) =>
        _saving?.Commit == group ? _saving.Known.Task
        : _open?.Commit == group ? _open.Known.Task
        : Task.FromResult(group.Position <= DurablePosition ? CommitOutcome.Durable : CommitOutcome.Failed);

    /// <summary>
    /// A group that was begun after this call and was saved is proof: it claimed the slot that anybody else would have claimed before.
    /// Only when nothing is being saved the storage is asked.
    /// </summary>
    public async ValueTask<Refusal?> RequireCurrent(Deadline deadline)
    {
        var (begunBefore, checksBefore) = (_begunPosition, _checks);
        while (DurablePosition <= begunBefore)
        {
            if (_end is not null || _stuck is not null)
            {
                return _end ?? Refusals.NotConfirmed;
            }

            var check = _saving is null ? _check ??= Check() : null;
            var isBegunSince = _checks > checksBefore;
            var wait = check ?? (Task)_saving!.Known.Task;
            await deadline.Race(Task.WhenAny(wait, storage.Breaker.Opened));
            await wait.WaitAsync(Grace, storage.Clock).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            if (!wait.IsCompleted && (storage.Breaker.Fault is not null || deadline.IsOver))
            {
                return Refusals.NotConfirmed;
            }

            if (check is { IsCompleted: true } && isBegunSince)
            {
                return _end ?? (await check ? null : Refusals.NotConfirmed);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task Finish(TimeSpan limit)
    {
        _isFinishing = true;
        var deadline = new Deadline(storage.Clock, limit);
        while (_running is { } running && !deadline.IsOver)
        {
            await deadline.Race(running);
        }
    }

    /// <inheritdoc/>
    public void Stop()
    {
        if (_end is null)
        {
            Doubt();
            End(Refusals.Left);
        }
    }

    private async Task Run()
    {
        // What is being appended gets its position only after this.
        await Task.Yield();
        try
        {
            while (_end is null)
            {
                if (_open is not null)
                {
                    await Save();
                }

                // A snapshot's rows take turns with groups, so that no writer waits for more than one of them.
                if (_end is null && !await TryStep() && _open is null)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is ForeignWriterException or RowsVanishedException)
        {
            if (_end is null)
            {
                Overtaken();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        finally
        {
            _running = null;
        }
    }

    private async Task Save()
    {
        var group = _saving = _open!;
        _open = null;
        _begunPosition = group.Commit.Position;
        var changes = entries.PendingThrough(group.Commit.Position);
        var started = storage.Clock.GetTimestamp();
        for (var pause = FirstPause; !await TrySave(changes) && _end is null; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await ((Task)_ended.Task).WaitAsync(pause, storage.Clock).ConfigureAwait(
                ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAny(storage.Breaker.Closed, _ended.Task);
        }

        if (_end is null)
        {
            CommitMeter.Committed(group.Writes, storage.Clock.GetElapsedTime(started));
            DurablePosition = group.Commit.Position;
            _saving = null;

            // Nobody may join a group whose writers have been told already.
            _stuck = _open is { Commit.Outcome.IsCompleted: true } ? _stuck : null;
            events.Settle();
            Complete(group, CommitOutcome.Durable);
        }
    }

    /// <returns>Whether the group is saved now; else that is not known.</returns>
    private async Task<bool> TrySave(CollectionChanges changes)
    {
        var save = SaveOnce(changes);
        try
        {
            await TellWhenAway(save);
            await save;
            return true;
        }
        catch (OutOfMemoryException)
        {
            // It was short of memory here, which passes: nobody is told before their time is over.
            Doubt();
            return false;
        }
        catch (Exception e) when (e is not (ForeignWriterException or RowsVanishedException or OperationCanceledException))
        {
            Doubt();
            Tell();
            return false;
        }
    }

    private async Task SaveOnce(CollectionChanges changes)
    {
        if (committer.IsFull)
        {
            await committer.BeginSnapshot(entries.Freeze());
        }

        await committer.Commit(changes);
    }

    /// <summary>Ends with the save, or once those who wait for it have been told that the storage does not answer.</summary>
    private async Task TellWhenAway(Task save)
    {
        while (!save.IsCompleted)
        {
            await Task.WhenAny(save, storage.Breaker.Opened);
            await save.WaitAsync(Grace, storage.Clock).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            if (!save.IsCompleted && storage.Breaker.Fault is not null)
            {
                Tell();
                return;
            }
        }
    }

    /// <summary>What is being saved may come to be saved.</summary>
    private void Doubt() => _doubtfulPosition = _begunPosition;

    /// <summary>Those who wait are told that they have waited in vain; what they wait for stays pending.</summary>
    private void Tell()
    {
        _stuck = Refusals.StorageAway;
        _failure = Refusals.StorageLost;
        _saving?.Commit.Complete(CommitOutcome.Failed);
        _open?.Commit.Complete(CommitOutcome.Failed);
    }

    /// <returns>Whether something was done, and there may be more.</returns>
    private async Task<bool> TryStep()
    {
        try
        {
            if (_isFinishing)
            {
                return false;
            }

            if (committer.IsSnapshotDue)
            {
                await committer.BeginSnapshot(entries.Freeze());
                return true;
            }

            if (committer.HasWork)
            {
                await committer.Step();
                return true;
            }

            return false;
        }
        catch (Exception e) when (e is not (ForeignWriterException or RowsVanishedException or OperationCanceledException))
        {
            // Goes on after the next group; without one a load has a little more to read.
            return false;
        }
    }

    /// <returns>Whether nobody else has saved; <see langword="false"/> too when that is not known.</returns>
    private async Task<bool> Check()
    {
        _checks++;

        // The caller has to store the task before it can end.
        await Task.Yield();
        try
        {
            var isCurrent = await committer.IsCurrent();
            if (!isCurrent && _end is null)
            {
                Doubt();
                Overtaken();
            }

            return isCurrent;
        }
        catch (Exception)
        {
            return false;
        }
        finally
        {
            _check = null;
        }
    }

    private void Overtaken()
    {
        CommitMeter.Conflicts.Add(1);
        End(Refusals.Overtaken);
        events.Overtaken();
    }

    private void End(Refusal end)
    {
        _end = end;
        committer.Stop();
        var (saving, open) = (_saving, _open);
        (_saving, _open) = (null, null);
        events.Settle();
        Complete(saving, CommitOutcome.Failed);
        Complete(open, CommitOutcome.Failed);
        _ended.SetResult(true);
    }

    private void Complete(Group? group, CommitOutcome outcome)
    {
        if (group is not null)
        {
            storage.Return(group.Bytes);
            group.Commit.Complete(outcome);
            group.Known.TrySetResult(outcome);
        }
    }

    private static TaskCompletionSource<T> NewSignal<T>(StorageDurability storage) =>
        new(storage.InlineCompletions ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Group(CommitGroup commit, TaskCompletionSource<CommitOutcome> known)
    {
        /// <summary>Ends when those who wait for it are to be told, known or not.</summary>
        public CommitGroup Commit => commit;

        /// <summary>Ends when it is known.</summary>
        public TaskCompletionSource<CommitOutcome> Known => known;

        public int Bytes { get; set; }

        public int Writes { get; set; }
    }
}
