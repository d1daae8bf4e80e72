namespace EdgeOrleans.Journal;

/// <summary>One owner's tail as it is at a moment. Its segments are not used again before it is disposed of.</summary>
internal sealed class OwnerTail : IDisposable
{
    private readonly JournalOwner _owner;
    private readonly Lock _gate;
    private readonly LiveRecord[] _records;
    private readonly Dictionary<ushort, SegmentFile> _segments = [];

    public OwnerTail(JournalOwner owner, SegmentPool pool, Lock gate)
    {
        _owner = owner;
        _gate = gate;
        lock (gate)
        {
            _records = owner.Live.Items.ToArray();
            foreach (var record in _records)
            {
                var segment = pool.SegmentOf(record.Place);
                if (_segments.TryAdd(record.Place.SegmentId, segment))
                {
                    segment.Readers++;
                }
            }
        }
    }

    /// <summary>The records that the disk gives back as they were written; the owner of any other is reported.</summary>
    public IEnumerable<TailRecord> Read(Action<JournalOwner> reportDamage)
    {
        var reader = new TailReader();
        foreach (var record in _records)
        {
            if (reader.TryRead(_segments[record.Place.SegmentId], record, _owner, out var payload))
            {
                yield return new TailRecord(record.Sequence, payload);
            }
            else
            {
                reportDamage(_owner);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var segment in _segments.Values)
            {
                segment.Readers--;
            }
        }
    }
}
