namespace EdgeOrleans.Journal;

/// <summary>What became of a commit group.</summary>
public enum CommitOutcome
{
    /// <summary>Every record of the group survives a power cut.</summary>
    Durable,

    /// <summary>A write or flush failed: whether the records survive is unknown until restart.</summary>
    Failed,
}

/// <summary>All records that become durable together. One object and one task for all who wait.</summary>
public sealed class CommitGroup
{
    private readonly TaskCompletionSource<CommitOutcome> _outcome;

    /// <param name="position">Its number.</param>
    /// <param name="inlineCompletions">Whether those who wait go on within <see cref="Complete"/>; only where no thread may come in, as in a simulation.</param>
    public CommitGroup(long position, bool inlineCompletions = false)
    {
        Position = position;
        _outcome = new TaskCompletionSource<CommitOutcome>(
            inlineCompletions ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The number of the group, counted from 1 in each run of the process.</summary>
    public long Position { get; }

    /// <summary>Completes once the group is durable or has failed; never faulted, never cancelled.</summary>
    public Task<CommitOutcome> Outcome => _outcome.Task;

    /// <summary>Lets those who wait go on, once.</summary>
    public void Complete(CommitOutcome outcome) => _outcome.TrySetResult(outcome);
}
