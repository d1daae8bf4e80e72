using System.Diagnostics;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>Clients' batches on their way through one activation: looked at, registered for, judged, and waited for.</summary>
internal sealed class CollectionBatches(
    CollectionServices services,
    CollectionLoading loading,
    Registration registration,
    ResidentCollection resident,
    LocalCollection local,
    Func<Task<Refusal?>> load,
    CancellationToken stopped)
{
    // Above this, looking at values takes longer than a turn should (about 1 ms a MiB), so it is done elsewhere.
    private const int LongCheckBytes = 128 * 1024;

    // Of these, a turn takes as many as have come.
    private const int ShortCheckBytes = 16 * 1024;

    private static readonly ActivitySource Spans = new("EdgeOrleans.Grains");

    private readonly GroupWait _groupWait = new();

    /// <summary>The time that a call which begins now has.</summary>
    public Deadline NewDeadline() => new(services);

    /// <summary>A call has come from outside to the loaded collection: Orleans knows that this is in use.</summary>
    public void NoteCall() => local.Open(this, loading.Entries!, loading.Writer!.Commits, resident);

    /// <summary>Applies a batch of a valid number of operations.</summary>
    public Task<WriteResult[]> Apply(WriteBatch batch, Deadline deadline) =>
        loading.Entries is not null && OperationRules.ValueBytes(batch.Operations) <= LongCheckBytes
            ? Judge(batch, OperationRules.Check(batch.Operations, services.Limits), deadline)
            : ApplyLater(batch, deadline);

    /// <summary>Judges a client's batch in this turn, when that is short and nothing has to be waited for before it.</summary>
    /// <returns>Whether it did; otherwise nothing has happened, and the batch is for <see cref="Apply"/>.</returns>
    public bool TryJudge(WriteBatch batch, out Verdict verdict)
    {
        verdict = default;
        if (loading.Entries is null || local.IsClosed || batch.Operations.Length is 0 or > NameRules.MaxBatchOperations
            || OperationRules.ValueBytes(batch.Operations) > ShortCheckBytes)
        {
            return false;
        }

        resident.Use();
        verdict = loading.Writer!.Judge(batch, OperationRules.Check(batch.Operations, services.Limits), registration.IsMade, setRefusal: null);
        return !verdict.NeedsRegistration && !verdict.NeedsCurrent;
    }

    /// <summary>Settles what has become durable, and says what became of a group that was waited for.</summary>
    /// <returns>Why it is not known to be durable; <see langword="null"/> when it is.</returns>
    public Refusal? Settle(CommitGroup group, Deadline deadline)
    {
        var writer = loading.Writer!;
        writer.CatchUp();
        return group.Position <= writer.Commits.DurablePosition ? null
            : group.Outcome.IsCompleted ? writer.Commits.FailureOf(group)
            : deadline.TimedOut;
    }

    private async Task<WriteResult[]> ApplyLater(WriteBatch batch, Deadline deadline)
    {
        var limits = services.Limits;
        var invalid = await Task.Factory.StartNew(
            () => OperationRules.Check(batch.Operations, limits), stopped, TaskCreationOptions.DenyChildAttach, services.Scheduler);
        return await load() is { } refusal
            ? Refusals.All(batch.Operations.Length, refusal)
            : await Judge(batch, invalid, deadline);
    }

    private Task<WriteResult[]> Judge(WriteBatch batch, Refusal?[]? invalid, Deadline deadline)
    {
        NoteCall();
        var verdict = loading.Writer!.Judge(batch, invalid, registration.IsMade, setRefusal: null);
        return verdict.NeedsRegistration ? RegisterAndJudge(batch, invalid, deadline)
            : verdict.IsFinal ? Task.FromResult(verdict.Results)
            : Finish(verdict, deadline);
    }

    private async Task<WriteResult[]> RegisterAndJudge(WriteBatch batch, Refusal?[]? invalid, Deadline deadline)
    {
        Verdict verdict;
        do
        {
            var refusal = await registration.Make(deadline);
            verdict = loading.Writer!.Judge(batch, invalid, registration.IsMade, refusal);
        }
        while (verdict.NeedsRegistration);

        return verdict.IsFinal ? verdict.Results : await Finish(verdict, deadline);
    }

    private async Task<WriteResult[]> Finish(Verdict verdict, Deadline deadline)
    {
        Refusal? refusal = null;
        if (verdict.Group is { } group)
        {
            using (Spans.StartActivity("wait for the flush"))
            {
                await _groupWait.Race(group, deadline);
                if (!group.Outcome.IsCompleted && !deadline.IsOver)
                {
                    await deadline.Race(group.Outcome);
                }
            }

            refusal = Settle(group, deadline);
        }

        if (verdict.NeedsCurrent)
        {
            refusal ??= await loading.Writer!.Commits.RequireCurrent(deadline);
        }

        return refusal is null ? verdict.Results : verdict.Instead(refusal);
    }
}
