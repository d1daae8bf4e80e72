using System.Diagnostics;

namespace EdgeOrleans.Journal;

/// <summary>Puts one frame on flash: one write, one flush, then its records are live. Used by the journal's one writer.</summary>
internal sealed class FrameWriter(SegmentPool pool, JournalClock clock, FlashWrites writes, Lock gate, long lastFrame)
{
    private TimeSpan _slowLimit = TimeSpan.MaxValue;
    private Action<SlowFlush>? _reportSlow;

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
        var bytes = buffer.Seal(frame, LastFrame + 1, active.Header.Generation, clock.Now(), writes.Totals.Plus(paddedBytes));
        var started = Stopwatch.GetTimestamp();
        active.File.Write(bytes, active.NextOffset);
        active.File.FlushData();
        Tell(Stopwatch.GetElapsedTime(started), buffer.RecordsOf(frame).Length, paddedBytes);
        lock (gate)
        {
            Settle(buffer, frame, active);
            active.NextOffset += paddedBytes;
        }

        LastFrame++;
        return true;
    }

    /// <summary>Tells of each flush that takes longer than the limit.</summary>
    public void Watch(TimeSpan limit, Action<SlowFlush> report) => (_slowLimit, _reportSlow) = (limit, report);

    private void Tell(TimeSpan duration, int records, int bytes)
    {
        try
        {
            JournalMeter.FlushDuration.Record(duration.TotalSeconds);
            JournalMeter.GroupRecords.Record(records);
            if (duration > _slowLimit)
            {
                _reportSlow!(new SlowFlush(duration, records, bytes));
            }
        }
#pragma warning disable CA1031 // The frame is on flash: the fault of a listener must not end writing, as a flush that failed does.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
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
