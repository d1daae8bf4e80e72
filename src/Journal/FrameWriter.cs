namespace EdgeOrleans.Journal;

/// <summary>Puts one frame on flash: one write, one flush, then its records are live. Used by the journal's one writer.</summary>
internal sealed class FrameWriter(SegmentPool pool, JournalClock clock, Lock gate, long lastFrame)
{
    /// <summary>The number of the newest durable frame.</summary>
    public long LastFrame { get; private set; } = lastFrame;

    /// <summary>Writes a frame and makes it durable, in the next segment when it does not fit into this one.</summary>
    /// <returns>False when there is no room for the next segment; nothing has happened then.</returns>
    public bool TryWrite(GroupBuffer buffer, int frame, RoomFor purpose)
    {
        var paddedBytes = buffer.PaddedBytesOf(frame);
        if ((pool.Active is not { } fitting || fitting.Remaining < paddedBytes)
            && !pool.TryBeginSegment(LastFrame, clock.Now(), purpose))
        {
            return false;
        }

        var active = pool.Active!;
        var bytes = buffer.Seal(frame, LastFrame + 1, active.Header.Generation, clock.Now());
        active.File.Write(bytes, active.NextOffset);
        active.File.FlushData();
        lock (gate)
        {
            Settle(buffer, frame, active);
            active.NextOffset += paddedBytes;
        }

        LastFrame++;
        return true;
    }

    private void Settle(GroupBuffer buffer, int frame, SegmentFile active)
    {
        foreach (var record in buffer.RecordsOf(frame))
        {
            var head = buffer.HeadOf(record);
            var owner = record.Owner;
            if (head.Kind == RecordKind.TrimMark)
            {
                owner.Mark.BecameDurable(head.Sequence, active.Number, owner.TrimmedSequence);
            }
            else if (head.Sequence > owner.TrimmedSequence)
            {
                var place = new RecordPlace(
                    active.Number, active.NextOffset + buffer.OffsetInFrame(frame, record), head.Size);
                pool.MakeLive(owner, new LiveRecord(head.Sequence, place), clock.Now());
            }
        }
    }
}
