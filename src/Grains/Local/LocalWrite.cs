using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Local;

/// <summary>A batch from within the process, on its way to a turn of its collection and back; no answer refers it to the grain.</summary>
internal sealed class LocalWrite(WriteBatch batch, Deadline deadline)
    : TaskCompletionSource<WriteResult[]?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What is to be applied.</summary>
    public WriteBatch Batch => batch;

    /// <summary>How long it may take.</summary>
    public Deadline Deadline => deadline;

    /// <summary>What was judged of it.</summary>
    public Verdict Verdict { get; set; }

    /// <summary>Answers that its time is over, and that nobody has looked at it.</summary>
    public void GiveUp() => SetResult(Refusals.All(batch.Operations.Length, deadline.TimedOut));
}
