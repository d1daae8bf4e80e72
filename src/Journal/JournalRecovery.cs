using System.Diagnostics;

namespace EdgeOrleans.Journal;

/// <summary>
/// Builds the journal's state from what the disk holds at start: survey of the headers, the segments one after the other,
/// then the newest frame into a segment of its own.
/// </summary>
internal sealed class JournalRecovery(IDisk disk, SegmentPool pool, OwnerTable owners, bool carriesNewest)
{
    private readonly RecoveryReport _report = new();
    private IReadOnlyList<string> _names = [];
    private readonly List<FoundDamage> _damage = [];
    private CarriedFrames? _newest;

    /// <summary>The number of the newest frame that was ever flushed, whole or not.</summary>
    public long LastFrame { get; private set; }

    public RecoveryReport Run()
    {
        var started = Stopwatch.GetTimestamp();
        _names = disk.List();
        var unopened = new List<(string Name, long Number)>();
        var found = SegmentSurvey.Run(disk, _names, unopened);
        foreach (var (name, number) in unopened)
        {
            pool.SkipNumber(number);
            _report.Add(new JournalDamage(JournalDamageKind.Unopened, name, 0, 0, 0, 0, 0, [], false, null));
        }

        var quarantine = new Quarantine(disk, _names);

        for (var i = 0; i < found.Count; i++)
        {
            Read(found[i], quarantine, isFollowed: i + 1 < found.Count && found[i + 1].Number == found[i].Number + 1);
        }

        foreach (var name in _names.Where(SpareFiles.IsName))
        {
            pool.AddRecoveredSpare(name);
        }

        foreach (var damage in _damage)
        {
            _report.Add(damage.Resolve());
        }

        DropTrimmed();
        _report.Segments = found.Count;
        _report.IsFresh = LastFrame == 0 && _report is { TornTail: null, Damage.Count: 0 } && !_names.Any(Quarantine.IsName);
        _report.ReadTime = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        BeginNewSegment();
        _report.RewriteTime = Stopwatch.GetElapsedTime(started);
        return _report;
    }

    private void Read(FoundSegment found, Quarantine quarantine, bool isFollowed)
    {
        var segment = new SegmentFile(found.Name, found.File, found.Header, found.Length);
        pool.AddRecovered(segment);
        var bytes = found.ReadAll();
        var reader = new SegmentRecovery(found, segment, bytes, pool, owners, _report, quarantine);
        reader.Run(isFollowed);
        _damage.AddRange(reader.Damage);
        LastFrame = Math.Max(LastFrame, reader.LastFrame);
        if (reader.Whole.Count > 0 && reader.Whole[^1].Frame.Number >= (_newest?.Last ?? 0))
        {
            _newest = CarriedFrames.Choose(found, reader.Whole, reader.EndOfFrames, bytes);
        }
    }

    private void DropTrimmed()
    {
        foreach (var owner in owners.Kept)
        {
            pool.MakeFirstDead(owner, owner.Live.IndexFrom(owner.TrimmedSequence + 1));
            _report.LiveRecords += owner.Live.Count;
            _report.Marks += owner.TrimmedSequence > 0 ? 1 : 0;
        }
    }

    private void BeginNewSegment()
    {
        if (pool.Segments.Count + pool.SpareCount > 0)
        {
            // Names, too, may be in memory alone: a spare whose rename is lost would come back as the segment it was, with
            // what is written into it now.
            disk.FlushNames();
        }

        if (LastFrame == 0)
        {
            return;
        }

        // A newest frame that is damaged is proven durable all the same, by what came after it. So is the whole one before.
        var carried = carriesNewest && _newest is { } newest && newest.Last == LastFrame ? newest : null;
        var lastBefore = carried is null ? LastFrame : carried.First - 1;
        if (!pool.TryBeginSegment(lastBefore, _report.ClockFloorMicros, RoomFor.Recovery, carried))
        {
            carried?.WriteAgain();
            _report.HadNoRoom = true;
            return;
        }

        if (carried is not null)
        {
            MoveRecords(carried, pool.Active!);
        }

        // What holds nothing but carried frames or none is free at once.
        foreach (var segment in pool.Segments.Where(segment => segment.Header.LastFrameBefore >= lastBefore && segment != pool.Active).ToList())
        {
            pool.Free(segment);
        }
    }

    private void MoveRecords(CarriedFrames frames, SegmentFile to)
    {
        foreach (var (offset, clockMicros) in frames.Records())
        {
            var from = frames.From(offset);
            if (!RecordFrame.TryReadHead(from, out var head))
            {
                continue;
            }

            var owner = owners.OwnerOf(head.Owner(from));
            if (head.Kind == RecordKind.TrimMark)
            {
                owner.Mark.BecameDurable(head.Sequence, to.Number, owner.TrimmedSequence);
            }
            else if (head.Sequence > owner.TrimmedSequence)
            {
                var place = new RecordPlace(to.Number, JournalFormat.BlockBytes + offset, head.Size);
                pool.MakeLive(owner, new LiveRecord(head.Sequence, place), clockMicros);
            }
        }
    }
}
