namespace EdgeOrleans.Journal;

/// <summary>What the writer does between groups, one short step at a time: has a spare ready before the active segment is full.</summary>
internal sealed class Housekeeper(JournalOptions options, SegmentPool pool, FrameWriter writer, OwnerTable owners, Lock gate)
{
    private readonly GroupBuffer _marks = new(options.MaxFrameBytes);

    /// <summary>Does one piece of work; false when there is none.</summary>
    public bool Step() => pool.IsFilling ? pool.TryGrow(RoomFor.Writes) : WantsSpare && (TryFreeOldest() || pool.TryGrow(RoomFor.Writes));

    private bool WantsSpare =>
        pool.SpareCount == 0 && (pool.Active is not { } active || active.Remaining < active.Length / 2);

    /// <summary>Frees the oldest segment, or writes the marks that must be durable before: one of the two is one step.</summary>
    private bool TryFreeOldest()
    {
        SegmentFile oldest;
        lock (gate)
        {
            if (pool.OldestFree is not { } free)
            {
                return false;
            }

            oldest = free;
            foreach (var owner in owners.Kept)
            {
                if (owner.TrimmedSequence > 0 && owner.Mark.HoldsUp(oldest.Number))
                {
                    _marks.Add(RecordKind.TrimMark, owner, owner.TrimmedSequence, []);
                }
            }
        }

        if (_marks.IsEmpty)
        {
            pool.Free(oldest);
            return true;
        }

        return TryWriteMarks();
    }

    private bool TryWriteMarks()
    {
        var written = 0;
        while (written < _marks.FrameCount && writer.TryWrite(_marks, written))
        {
            written++;
        }

        var all = written == _marks.FrameCount;
        _marks.Clear();
        return all;
    }

    /// <summary>The frame of a clean close: all marks that no flush has covered, and the clock.</summary>
    public void WriteClosingFrame()
    {
        lock (gate)
        {
            foreach (var owner in owners.Kept)
            {
                if (owner.TrimmedSequence > owner.Mark.DurableSequence)
                {
                    _marks.Add(RecordKind.TrimMark, owner, owner.TrimmedSequence, []);
                }
            }
        }

        if (_marks.IsEmpty)
        {
            _marks.AddEmptyFrame();
        }

        TryWriteMarks();
    }
}
