using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>The refusals of writes, with what each says to people.</summary>
internal static class Refusals
{
    public static readonly Refusal TimedOut = new(
        RefusalCode.Timeout,
        "the write was not durable in time (Writes:TimeoutMs): its outcome is unknown");

    public static readonly Refusal FlushFailed = new(
        RefusalCode.Unavailable,
        "the flush of the write failed: its outcome is unknown until the service is restarted");

    private static readonly Refusal TooManyPending = new(
        RefusalCode.BacklogFull,
        "too many bytes wait for the disk (Journal:MaxPendingBytes); try again in a moment");

    private static readonly Refusal BacklogFull = new(
        RefusalCode.BacklogFull,
        "the journal is full (Journal:MaxBytes) because storage does not take its content; try again later");

    private static readonly Refusal NoRoom = new(
        RefusalCode.InsufficientStorage,
        "the disk has no room for the write (Journal:ReserveBytes is kept free); reads and deletes go on");

    private static readonly Refusal Failed = new(
        RefusalCode.Unavailable,
        "writing has ended because a flush failed; the write was not made. Restart the service once the disk is well");

    /// <summary>What a refused append means to the writer.</summary>
    public static Refusal Of(AppendRefusal refusal) => refusal switch
    {
        AppendRefusal.TooManyPending => TooManyPending,
        AppendRefusal.BacklogFull => BacklogFull,
        AppendRefusal.NoRoom => NoRoom,
        _ => Failed,
    };

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
