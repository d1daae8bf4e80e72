namespace EdgeOrleans.Journal;

/// <summary>
/// Copies the records that keep the oldest segment from being freed to the end of the log, when room runs short and it is
/// worth it: one owner that cannot be saved must not stop all others.
/// </summary>
internal sealed class LaggardCopier(
    JournalOptions options, SegmentPool pool, FrameWriter writer, OwnerTable owners, Lock gate, Action<JournalOwner> reportDamage)
{
    // One step: a read, a write and a flush that a group may have to wait for.
    private const int StepBytes = 256 * 1024;

    private readonly GroupBuffer _copies = new(options.MaxFrameBytes);
    private readonly List<(JournalOwner Owner, LiveRecord Record)> _originals = [];
    private readonly Dictionary<JournalOwner, long> _copiedThrough = [];

    /// <summary>The owners whose copied records are still not in the primary target. Under the gate.</summary>
    public IReadOnlyList<string> Laggards
    {
        get
        {
            foreach (var (owner, sequence) in _copiedThrough)
            {
                if (!owner.HasTail || owner.Live.Items[0].Sequence > sequence)
                {
                    _copiedThrough.Remove(owner);
                }
            }

            return _copiedThrough.Count == 0 ? [] : _copiedThrough.Keys.Select(owner => owner.Key).Order(StringComparer.Ordinal).ToList();
        }
    }

    /// <summary>Copies a little; false when there is no need, no use or no room.</summary>
    public bool Step()
    {
        SegmentFile oldest;
        lock (gate)
        {
            if (!IsDue())
            {
                return false;
            }

            oldest = pool.Segments[0];
            Gather(oldest);
        }

        var reader = new TailReader();
        foreach (var (owner, record) in _originals)
        {
            if (reader.TryRead(oldest, record, owner, out var payload))
            {
                _copies.Add(RecordKind.Data, owner, record.Sequence, payload.Span);
            }
            else
            {
                Drop(owner, record);
            }
        }

        var moved = _originals.Count > 0;
        for (var frame = 0; frame < _copies.FrameCount && moved; frame++)
        {
            moved = writer.TryWrite(_copies, frame, RoomFor.Housekeeping);
        }

        _copies.Clear();
        _originals.Clear();
        return moved;
    }

    // Near the limit: the segment after the next could not be had for ordinary appends. Worth it: a quarter of a segment
    // written frees a whole one, or the pool is half empty, so that one round through it gains as much as it writes.
    private bool IsDue()
    {
        if (pool.Segments.Count < 2
            || pool.Segments[0] is not { LiveRecords: > 0 } oldest
            || oldest == pool.Active
            || pool.Judge(RoomFor.Writes, options.MaxFrameBytes + 1) == AppendRefusal.None)
        {
            return false;
        }

        var live = pool.Segments.Sum(segment => segment.LiveBytes);
        return oldest.LiveBytes <= options.SegmentBytes / 4 || live <= (pool.UsedBytes - (2L * options.SegmentBytes)) / 2;
    }

    private void Gather(SegmentFile oldest)
    {
        var bytes = 0;
        var id = (ushort)oldest.Number;
        foreach (var owner in owners.Kept)
        {
            foreach (var record in owner.Live.Items)
            {
                if (record.Place.SegmentId != id)
                {
                    continue;
                }

                if (bytes >= StepBytes)
                {
                    return;
                }

                _originals.Add((owner, record));
                _copiedThrough[owner] = Math.Max(record.Sequence, _copiedThrough.GetValueOrDefault(owner));
                bytes += record.Place.Size;
            }
        }
    }

    private void Drop(JournalOwner owner, LiveRecord record)
    {
        lock (gate)
        {
            pool.MakeDead(owner, record.Sequence);
        }

        reportDamage(owner);
    }
}
