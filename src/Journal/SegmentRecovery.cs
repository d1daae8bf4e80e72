using System.Text;

namespace EdgeOrleans.Journal;

/// <summary>Recovery of one segment: puts each stretch of it through the table of cases and does what the case says.</summary>
internal sealed class SegmentRecovery(
    FoundSegment found,
    SegmentFile segment,
    byte[] bytes,
    SegmentPool pool,
    OwnerTable owners,
    RecoveryReport report,
    Quarantine quarantine)
{
    private readonly HashSet<JournalOwner> _owners = [];
    private long _expected = found.Header.LastFrameBefore + 1;

    /// <summary>The newest frame known to have been flushed, whole or not.</summary>
    public long LastFrame { get; private set; } = found.Header.LastFrameBefore;

    /// <summary>What is not as it was flushed.</summary>
    public List<FoundDamage> Damage { get; } = [];

    /// <summary>Where the last frame ends, whole or not, counted or not.</summary>
    public int EndOfFrames { get; private set; } = JournalFormat.BlockBytes;

    /// <summary>The whole frames, oldest first.</summary>
    public List<ScannedStretch> Whole { get; } = [];

    public void Run(bool isFollowed)
    {
        report.ClockFloorMicros = Math.Max(report.ClockFloorMicros, found.Header.ClockMicros);
        if (!found.HasHeader)
        {
            var length = found.IsReadable ? Math.Min(JournalFormat.BlockBytes, found.Length) : found.Length;
            Report(JournalDamageKind.Header, 0, length, 0, 0, [], kept: 0, isComplete: found.IsReadable);
        }

        if (found.Length < found.Header.Length)
        {
            Report(JournalDamageKind.CutShort, found.Length, 0, 0, 0, [], kept: 0, isComplete: false);
        }

        if (found.IsReadable)
        {
            var stretches = JournalScan.Read(bytes, found.Header.Generation);
            for (var i = 0; i < stretches.Count; i++)
            {
                long? next = i + 1 < stretches.Count ? NextNumber(stretches, i + 1) : null;
                Judge(stretches[i], next, isFollowed);
                EndOfFrames = stretches[i].Trace == FrameTrace.None ? EndOfFrames : stretches[i].End;
            }

            if (!found.IsLast && _expected <= found.ProvenThrough)
            {
                ReportGap(found.Length, found.ProvenThrough);
            }
        }
    }

    private static long? NextNumber(List<ScannedStretch> stretches, int from)
    {
        for (var i = from; i < stretches.Count; i++)
        {
            if (stretches[i].Trace != FrameTrace.None)
            {
                return stretches[i].Frame.Number;
            }
        }

        return null;
    }

    private void Judge(ScannedStretch stretch, long? next, bool isFollowed)
    {
        var number = stretch.Trace == FrameTrace.None ? _expected : stretch.Frame.Number;
        var standing = StandingOf(stretch, number, next);
        var order = number < _expected ? FrameOrder.Behind : number > _expected ? FrameOrder.Ahead : FrameOrder.Expected;
        var hasRemains = stretch.Trace == FrameTrace.None
            && standing == FrameStanding.Newest
            && (found.IsUnreadable(stretch.Offset) || Salvage(stretch, number, number).Count > 0);
        switch (RecoveryCase.Of(new FrameFinding(stretch.Trace, order, standing, hasRemains)).Action)
        {
            case RecoveryAction.Keep:
                Keep(stretch);
                break;
            case RecoveryAction.KeepAndReportGap:
                ReportGap(stretch.Offset, number - 1);
                Keep(stretch);
                break;
            case RecoveryAction.Quarantine:
                SetAside(stretch, number, next, isFollowed);
                break;
            case RecoveryAction.Cut:
                Cut(stretch, number);
                break;
            case RecoveryAction.Ignore:
            default:
                break;
        }
    }

    private FrameStanding StandingOf(ScannedStretch stretch, long number, long? next)
    {
        if (stretch.Trace == FrameTrace.None && next <= number)
        {
            // Between two frames that follow each other nothing can be missing.
            return FrameStanding.Superseded;
        }

        if (found.IsLast)
        {
            return next > number ? FrameStanding.Proven : FrameStanding.Newest;
        }

        return number <= found.ProvenThrough || (number <= found.CarriedThrough && stretch.Trace == FrameTrace.Whole)
            ? FrameStanding.Proven
            : FrameStanding.Superseded;
    }

    private void Keep(ScannedStretch stretch)
    {
        var offset = stretch.Offset + FrameHeader.Bytes;
        var end = stretch.Offset + stretch.Frame.Length;
        while (offset < end && RecordFrame.TryReadHead(bytes.AsSpan(offset..end), out var head))
        {
            Keep(head, offset, stretch.Frame.ClockMicros);
            offset += head.Size;
        }

        Whole.Add(stretch);
        report.Frames++;
        report.ClockFloorMicros = Math.Max(report.ClockFloorMicros, stretch.Frame.ClockMicros);
        if (stretch.Frame.Written.Total >= report.Written.Total)
        {
            (report.Written, report.WrittenAtMicros) = (stretch.Frame.Written, stretch.Frame.ClockMicros);
        }

        Advance(stretch.Frame.Number);
    }

    private void Keep(RecordFrame head, int offset, long clockMicros)
    {
        var owner = owners.OwnerOf(head.Owner(bytes.AsSpan(offset)));
        owners.Keep(owner);
        _owners.Add(owner);
        owner.Recovered(head.Sequence);
        if (head.Kind == RecordKind.TrimMark)
        {
            owner.Trimmed(head.Sequence);
            owner.Mark.BecameDurable(head.Sequence, segment.Number, owner.TrimmedSequence);
        }
        else
        {
            var place = new RecordPlace(segment.Number, offset, head.Size);
            pool.MakeLive(owner, new LiveRecord(head.Sequence, place), clockMicros);
        }
    }

    private void SetAside(ScannedStretch stretch, long number, long? next, bool isFollowed)
    {
        if (number > _expected)
        {
            ReportGap(stretch.Offset, number - 1);
        }

        var last = stretch.Trace == FrameTrace.Header ? number : next - 1 ?? found.ProvenThrough;
        var salvaged = Salvage(stretch, number, last);
        if (salvaged.Count == 0 && stretch.Trace == FrameTrace.None && next is null && !isFollowed)
        {
            // The frames are not here but in a segment that is gone.
            ReportGap(stretch.Offset, last);
            return;
        }

        var lost = new List<(JournalOwner Owner, LostRecord Record)>();
        foreach (var record in salvaged)
        {
            if (record.IsWhole)
            {
                Keep(record.Head, record.Offset, found.Header.ClockMicros);
            }
            else
            {
                var owner = owners.OwnerOf(record.Head.Owner(bytes.AsSpan(record.Offset)));
                owner.Recovered(record.Head.Sequence);
                var payload = record.Head.Payload(bytes.AsSpan(record.Offset));
                lost.Add((owner, new LostRecord(owner.Key, record.Head.Sequence, payload[..Math.Min(payload.Length, LostRecord.MaxRemains)].ToArray())));
            }
        }

        var isComplete = RecordSalvage.IsComplete(bytes, stretch, salvaged, number, last);
        Report(JournalDamageKind.Frames, stretch.Offset, stretch.Length, number, last, lost, salvaged.Count - lost.Count, isComplete);
        Advance(last);
    }

    private void Cut(ScannedStretch stretch, long number)
    {
        var owners = Salvage(stretch, number, number).Select(record => OwnerKey(record.Head, record.Offset)).Distinct();
        report.TornTail = new TornTail(found.Name, stretch.Offset, number, owners.ToList());
    }

    private void ReportGap(int offset, long lastFrame)
    {
        Report(JournalDamageKind.MissingFrames, offset, 0, _expected, lastFrame, [], kept: 0, isComplete: false);
        Advance(lastFrame);
    }

    private void Advance(long number)
    {
        LastFrame = Math.Max(LastFrame, number);
        _expected = number + 1;
    }

    private List<SalvagedRecord> Salvage(ScannedStretch stretch, long firstFrame, long lastFrame) =>
        RecordSalvage.Find(bytes, stretch.Offset, stretch.End, found.Header.Generation, firstFrame, lastFrame);

    private string OwnerKey(RecordFrame head, int offset) => Encoding.UTF8.GetString(head.Owner(bytes.AsSpan(offset)));

    private void Report(
        JournalDamageKind kind,
        int offset,
        int length,
        long firstFrame,
        long lastFrame,
        List<(JournalOwner Owner, LostRecord Record)> lost,
        int kept,
        bool isComplete)
    {
        var file = length == 0 ? null : quarantine.TryKeep(found.Name, offset, bytes.AsSpan(offset, length), firstFrame, lastFrame);
        Damage.Add(new FoundDamage(
            new JournalDamage(kind, found.Name, offset, length, firstFrame, lastFrame, kept, [], isComplete, file), lost, _owners));
    }
}
