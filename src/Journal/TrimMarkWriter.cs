namespace EdgeOrleans.Journal;

/// <summary>What came of writing marks.</summary>
internal enum MarkOutcome
{
    /// <summary>There was none to write.</summary>
    NotNeeded,

    /// <summary>They are durable.</summary>
    Written,

    /// <summary>There is no room for them.</summary>
    NoRoom,
}

/// <summary>Writes trim marks in frames of their own, when they cannot wait for padding any longer.</summary>
internal sealed class TrimMarkWriter(JournalOptions options, FrameWriter writer, OwnerTable owners, Lock gate)
{
    // Twice the most collections of a service. Collections that come and go for ever must not leave a mark each: beyond
    // this, owners that have long had nothing in the journal lose theirs with the segment that holds it.
    private const int MostMarks = 20_000;

    private readonly GroupBuffer _buffer = new(options.MaxFrameBytes);

    /// <summary>Writes the marks that would be lost, or come too late, if the oldest segment were used again now.</summary>
    public MarkOutcome WriteBefore(SegmentFile oldest)
    {
        lock (gate)
        {
            var mayForget = owners.Kept.Count - MostMarks;
            var forgotten = new List<JournalOwner>();
            foreach (var owner in owners.Kept)
            {
                if (owner.TrimmedSequence == 0 || !owner.Mark.HoldsUp(oldest.Number))
                {
                    continue;
                }

                if (forgotten.Count < mayForget && IsIdle(owner))
                {
                    forgotten.Add(owner);
                }
                else
                {
                    _buffer.Add(RecordKind.TrimMark, owner, owner.TrimmedSequence, []);
                }
            }

            forgotten.ForEach(owners.Release);
        }

        return Write();
    }

    /// <summary>Writes the frame of a clean close: all marks that no flush has covered, and with its header the clock.</summary>
    public MarkOutcome WriteClosingFrame()
    {
        lock (gate)
        {
            foreach (var owner in owners.Kept)
            {
                if (owner.TrimmedSequence > owner.Mark.DurableSequence)
                {
                    _buffer.Add(RecordKind.TrimMark, owner, owner.TrimmedSequence, []);
                }
            }
        }

        if (_buffer.IsEmpty)
        {
            _buffer.AddEmptyFrame();
        }

        return Write();
    }

    // Its mark is its last trace: every record it covers lies in the same segment or was there before.
    private static bool IsIdle(JournalOwner owner) =>
        !owner.HasTail && owner.LastSequence == owner.TrimmedSequence && owner.Mark.DurableSequence == owner.TrimmedSequence;

    private MarkOutcome Write()
    {
        var outcome = _buffer.IsEmpty ? MarkOutcome.NotNeeded : MarkOutcome.Written;
        for (var frame = 0; frame < _buffer.FrameCount && outcome == MarkOutcome.Written; frame++)
        {
            if (!writer.TryWrite(_buffer, frame, RoomFor.Housekeeping))
            {
                outcome = MarkOutcome.NoRoom;
            }
        }

        _buffer.Clear();
        return outcome;
    }
}
