using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>The refusals of writes, with what each says to people.</summary>
internal static class Refusals
{
    public static readonly Refusal FlushFailed = new(
        RefusalCode.Unavailable,
        "the flush of the write failed: its outcome is unknown until the service is restarted");

    /// <summary>What was sent to an activation that has to go: nothing was done, and the next call finds the current one.</summary>
    public static readonly Refusal Overtaken = new(
        RefusalCode.Overtaken, "another server of the cluster has changed the collection meanwhile; nothing was done, try again");

    /// <summary>The same when it goes for reasons of its own.</summary>
    public static readonly Refusal Left = new(
        RefusalCode.Overtaken, "the collection is leaving this server; nothing was done, try again");

    /// <summary>Of a write that was being saved when the activation had to go.</summary>
    public static readonly Refusal Lost = new(
        RefusalCode.Unavailable, "the collection had to leave this server while the write was being saved: its outcome is unknown");

    /// <summary>Of what must be current while the cluster's storage does not answer.</summary>
    public static readonly Refusal NotConfirmed = new(
        RefusalCode.Unavailable, "the storage does not answer, so it is not known what is current; plain reads go on");

    /// <summary>Of a write that came while the cluster's storage does not answer. How it fails is in the log, and no client's business.</summary>
    public static readonly Refusal StorageAway = new(
        RefusalCode.Unavailable, "the storage does not answer, so nothing was written; reads go on, try again in a moment");

    /// <summary>Of a write that was being saved when the cluster's storage ceased to answer.</summary>
    public static readonly Refusal StorageLost = new(
        RefusalCode.Unavailable, "the storage did not confirm the write: its outcome is unknown");

    /// <summary>Of a write that there was no memory to make.</summary>
    public static readonly Refusal NoMemory = new(
        RefusalCode.Unavailable, "the memory budget is used up (Memory:BudgetBytes), so nothing was written; try again in a moment");

    private static readonly Refusal Failed = new(
        RefusalCode.Unavailable,
        "writing has ended because a flush failed; the write was not made. Restart the service once the disk is well");

    /// <summary>What a call gets whose time was over first.</summary>
    public static Refusal TimedOut(TimeSpan timeout) => new(
        RefusalCode.Timeout,
        $"the write was not durable within {timeout.TotalMilliseconds:F0} ms (Writes:TimeoutMs): its outcome is unknown");

    /// <summary>What a refused append means to the writer.</summary>
    public static Refusal Of(AppendRefusal refusal, JournalOptions options) => refusal switch
    {
        AppendRefusal.TooManyPending => new(
            RefusalCode.BacklogFull,
            $"more than {options.MaxPendingBytes} bytes would wait for the disk (Journal:MaxPendingBytes); try again in a moment"),
        AppendRefusal.BacklogFull => new(
            RefusalCode.BacklogFull,
            $"the journal has reached its {options.MaxBytes} bytes (Journal:MaxBytes) because storage does not take its content; try again later"),
        AppendRefusal.NoRoom => new(
            RefusalCode.InsufficientStorage,
            $"the disk has no room for the write ({options.ReserveBytes} bytes are kept free, Journal:ReserveBytes); reads and deletes go on"),
        _ => Failed,
    };

    /// <summary>Of a write when too much waits for the cluster's storage.</summary>
    public static Refusal TooMuchPending(long bytes) => new(
        RefusalCode.BacklogFull, $"more than {bytes} bytes would wait for the storage; try again in a moment");

    /// <summary>Of a delete that is written down and could not be carried out yet.</summary>
    public static Refusal FinishedLater(Refusal reason) => new(
        reason.Code == RefusalCode.Timeout ? RefusalCode.Timeout : RefusalCode.Unavailable,
        $"the delete did not come to its end and will be finished later: {reason.Message}");

    /// <summary>The same refusal for every operation of a batch.</summary>
    public static WriteResult[] All(int count, Refusal refusal)
    {
        var results = new WriteResult[count];
        Array.Fill(results, new WriteResult(refusal, 0, false));
        return results;
    }
}
