using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Local;

/// <summary>
/// Writes to one activation from any thread of its process. Those that come before its next turn are judged in that one turn, and those of
/// one commit group are answered in one, where calls to the grain take two turns, two messages and some 2,000 bytes each.
/// </summary>
/// <param name="batches">The activation's.</param>
/// <param name="turns">Runs what is queued there in turns of the activation.</param>
internal sealed class LocalWrites(CollectionBatches batches, TaskScheduler turns)
{
    private readonly LocalQueue _queue = new();
    private GroupOfWrites? _group;

    /// <summary>Applies a batch in the next turn.</summary>
    /// <returns>The results; <see langword="null"/> when nothing was done, because it takes a call to the grain.</returns>
    public Task<WriteResult[]?> Apply(WriteBatch batch)
    {
        var write = new LocalWrite(batch, batches.NewDeadline());
        if (_queue.Add(write))
        {
            Task.Factory.StartNew(
                static writes => ((LocalWrites)writes!).Judge(), this, CancellationToken.None, TaskCreationOptions.DenyChildAttach, turns);
        }

        return write.Task;
    }

    private void Judge()
    {
        var writes = _queue.Take();
        foreach (var write in writes)
        {
            try
            {
                Judge(write);
            }
#pragma warning disable CA1031 // It is the caller's, as a grain's exception is.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                write.SetException(fault);
            }
        }

        writes.Clear();
    }

    private void Judge(LocalWrite write)
    {
        if (!batches.TryJudge(write.Batch, out var verdict))
        {
            write.SetResult(null);
        }
        else if (verdict.Group is not { } group)
        {
            write.SetResult(verdict.Results);
        }
        else
        {
            write.Verdict = verdict;
            if (_group?.Commit != group || _group.Writes.Count == 0)
            {
                _group = new GroupOfWrites(group);
                _group.Writes.Add(write);
                _ = Answer(_group);
            }
            else
            {
                _group.Writes.Add(write);
            }
        }
    }

    /// <summary>Answers the writes of a group, all when its outcome is known, and until then each whose time is over.</summary>
    private async Task Answer(GroupOfWrites group)
    {
        var writes = group.Writes;
        try
        {
            while (writes.Count > 0)
            {
                var deadline = writes[0].Deadline;
                await deadline.Race(group.Commit.Outcome);
                var refusal = batches.Settle(group.Commit, deadline);
                var open = group.Commit.Outcome.IsCompleted ? -1 : writes.FindIndex(static write => !write.Deadline.IsOver);
                var count = open < 0 ? writes.Count : open;
                for (var i = 0; i < count; i++)
                {
                    writes[i].SetResult(refusal is null ? writes[i].Verdict.Results : writes[i].Verdict.Instead(refusal));
                }

                writes.RemoveRange(0, count);
            }
        }
#pragma warning disable CA1031 // It is the callers', as a grain's exception is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            writes.ForEach(write => write.TrySetException(fault));
            writes.Clear();
        }
    }

    private sealed record GroupOfWrites(CommitGroup Commit)
    {
        public List<LocalWrite> Writes { get; } = [];
    }
}
