namespace EdgeOrleans.Journal;

/// <summary>
/// What the writer does between groups, one short step at a time: has a spare ready before the active segment is full, by
/// freeing the oldest segment or, when that is still needed, by creating a file.
/// </summary>
internal sealed class Housekeeper(SegmentPool pool, TrimMarkWriter marks, LaggardCopier laggards)
{
    // Segments that hold nothing are read at the next start for nothing; spares are not. Beyond this they are worth the
    // flush of the directory even when no spare is wanted.
    private const int MostFree = 2;

    /// <summary>Does one piece of work; false when there is none.</summary>
    public bool Step()
    {
        if (pool.IsFilling)
        {
            return pool.TryGrow();
        }

        return ((WantsSpare || pool.IsOverLimit || pool.FreeCount > MostFree) && TryFreeOldest())
            || (WantsSpare && pool.TryGrow())
            || laggards.Step();
    }

    private bool WantsSpare =>
        pool.SpareCount == 0 && (pool.Active is not { } active || active.Remaining < active.Length / 2);

    private bool TryFreeOldest()
    {
        if (pool.OldestFree is not { } oldest)
        {
            return false;
        }

        // With no room at all the marks wait: without them a damaged primary might go unnoticed after a power cut in the
        // next moments, but nothing is lost, and without a segment nothing would ever be written again.
        if (marks.WriteBefore(oldest) != MarkOutcome.Written)
        {
            pool.Free(oldest);
        }

        return true;
    }
}
