namespace EdgeOrleans.Journal;

/// <summary>
/// The files of the journal: segments from oldest to newest, the last one active, and spares. Files are created and
/// zero-filled once and then go round by renaming. Changed by the writer alone, under the gate; read by all under the gate.
/// </summary>
internal sealed class SegmentPool(IDisk disk, JournalOptions options, Func<ulong> nextGeneration, Lock gate)
{
    private readonly List<SegmentFile> _segments = [];
    private readonly Dictionary<ushort, SegmentFile> _byId = [];
    private readonly SpareFiles _spares = new(disk, options, gate);
    private SegmentFile? _lastFound;
    private long _nextNumber = 1;

    public IReadOnlyList<SegmentFile> Segments => _segments;

    /// <summary>Whose live records the segments hold.</summary>
    public UnsavedOwners Unsaved { get; } = new();

    /// <summary>The segment that frames are written to; none before the first group of a new directory.</summary>
    public SegmentFile? Active { get; private set; }

    public int SpareCount => _spares.ReadyCount;

    /// <summary>Whether a start at the limit has made it one file too many.</summary>
    public bool IsOverLimit => FileCount > options.MaxSegments;

    /// <summary>Whether a spare is being zero-filled.</summary>
    public bool IsFilling => _spares.IsFilling;

    /// <summary>Bytes of all files.</summary>
    public long UsedBytes
    {
        get
        {
            var bytes = (long)_spares.Count * options.SegmentBytes;
            foreach (var segment in _segments)
            {
                bytes += segment.Length;
            }

            return bytes;
        }
    }

    /// <summary>The oldest segment, when nothing in it is live, nobody reads it and it is not the one being written.</summary>
    public SegmentFile? OldestFree => FreeCount > 0 ? _segments[0] : null;

    /// <summary>How many segments, from the oldest, hold nothing live. They go in order, so that a gap always means damage.</summary>
    public int FreeCount
    {
        get
        {
            // The newest stays: its header is what the numbering goes on from.
            var count = 0;
            while (count < _segments.Count - 1 && _segments[count] is { LiveRecords: 0, Readers: 0 })
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>Bytes of the segments that are not free, and of the live records in them.</summary>
    public (long Bytes, long LiveBytes) Held
    {
        get
        {
            var (bytes, live) = (0L, 0L);
            foreach (var segment in _segments.Skip(FreeCount))
            {
                bytes += segment.Length;
                live += segment.LiveBytes;
            }

            return (bytes, live);
        }
    }

    private int FileCount => _segments.Count + _spares.Count;

    /// <summary>The segment of a live record. Under the gate.</summary>
    public SegmentFile SegmentOf(RecordPlace place)
    {
        // Records come in runs of one segment.
        if (_lastFound is null || (ushort)_lastFound.Number != place.SegmentId)
        {
            _lastFound = _byId[place.SegmentId];
        }

        return _lastFound;
    }

    /// <summary>Makes a durable record live; a copy takes over from its original. Under the gate.</summary>
    public void MakeLive(JournalOwner owner, LiveRecord record, long clockMicros)
    {
        if (owner.Live.Count == 0)
        {
            Unsaved.PutLast(owner, clockMicros);
        }

        if (owner.Live.Add(record, out var replaced))
        {
            SegmentOf(replaced).Lost(replaced.Size);
        }

        SegmentOf(record.Place).Gained(record.Place.Size);
    }

    /// <summary>Ends the life of an owner's first records. Under the gate.</summary>
    public void MakeFirstDead(JournalOwner owner, int count)
    {
        foreach (var record in owner.Live.Items[..count])
        {
            SegmentOf(record.Place).Lost(record.Place.Size);
        }

        owner.Live.RemoveFirst(count);
        ForgetSaved(owner);
    }

    /// <summary>Ends the life of one record, if it lives. Under the gate.</summary>
    public void MakeDead(JournalOwner owner, long sequence)
    {
        if (owner.Live.TryFind(sequence, out var place))
        {
            owner.Live.Remove(sequence);
            SegmentOf(place).Lost(place.Size);
            ForgetSaved(owner);
        }
    }

    /// <summary>Takes over a segment found at start; it is never written again.</summary>
    public void AddRecovered(SegmentFile segment)
    {
        _segments.Add(segment);
        _byId[(ushort)segment.Number] = segment;
        SkipNumber(segment.Number);
    }

    /// <summary>Takes over a spare found at start.</summary>
    public void AddRecoveredSpare(string name) => _spares.AddRecovered(name, isWanted: FileCount < options.MaxSegments);

    /// <summary>Keeps a segment's number from being used again: the disk would not open it.</summary>
    public void SkipNumber(long number) => _nextNumber = Math.Max(_nextNumber, number + 1);

    /// <summary>
    /// Makes a spare the active segment. The header is durable before the file has its name, and the name before the first
    /// frame is written; carried frames are part of what is durable before the name.
    /// </summary>
    /// <returns>False when there is no file and no room for one.</returns>
    public bool TryBeginSegment(long lastFrameBefore, long clockMicros, RoomFor purpose, CarriedFrames? carried = null)
    {
        if (!_spares.TryTake(FileCount < LimitFor(purpose), purpose, out var spare))
        {
            return false;
        }

        var header = new SegmentHeader(
            JournalFormat.Version, options.SegmentBytes, nextGeneration(), _nextNumber, lastFrameBefore, carried?.Last ?? 0, clockMicros);
        var block = new byte[JournalFormat.BlockBytes];
        header.Write(block);
        var segment = new SegmentFile(SegmentFile.NameOf(header.Number), spare.File, header, options.SegmentBytes);
        if (!spare.IsLengthDurable)
        {
            spare.File.Write(new byte[JournalFormat.BlockBytes], options.SegmentBytes - JournalFormat.BlockBytes);
        }

        spare.File.Write(block, 0);
        if (carried is not null)
        {
            var frames = carried.SealFor(header.Generation);
            spare.File.Write(frames, segment.NextOffset);
            segment.NextOffset += frames.Length;
        }

        spare.File.FlushData();
        disk.Rename(spare.Name, segment.Name);
        disk.FlushNames();
        lock (gate)
        {
            _nextNumber++;
            _segments.Add(segment);
            _byId[(ushort)segment.Number] = segment;
            Active = segment;
        }

        return true;
    }

    /// <summary>
    /// Turns a segment that nobody needs into a spare. Its old name is durably gone before anything in it changes: a power
    /// cut that brings the name back must bring the old content back with it.
    /// </summary>
    public void Free(SegmentFile segment)
    {
        var reusable = segment.Length == options.SegmentBytes && FileCount <= options.MaxSegments;
        var spare = new SpareFile(_spares.NextName(), segment.File);
        if (reusable)
        {
            disk.Rename(segment.Name, spare.Name);
        }
        else
        {
            disk.Remove(segment.Name);
        }

        disk.FlushNames();
        lock (gate)
        {
            _segments.Remove(segment);
            _byId.Remove((ushort)segment.Number);
            _lastFound = null;
            if (reusable)
            {
                _spares.Add(spare);
            }
        }

        if (!reusable)
        {
            segment.File.Dispose();
        }
    }

    /// <summary>Creates a file for a spare, or zero-fills it a little further. False when there may be none, or no room.</summary>
    public bool TryGrow() => _spares.TryGrow(FileCount < LimitFor(RoomFor.Writes), RoomFor.Writes);

    /// <summary>Whether appends of a kind may take so many bytes more than the active segment has left, and if not, why.</summary>
    public AppendRefusal Judge(RoomFor purpose, long bytesBeyondActive)
    {
        if (FileCount - FreeCount > options.MaxSegments || FileCount > options.MaxSegments + 1)
        {
            // Else every restart at the limit could add a segment.
            return AppendRefusal.BacklogFull;
        }

        if (bytesBeyondActive <= 0)
        {
            return AppendRefusal.None;
        }

        // What a segment holds at the very least: a frame that does not fit into its rest goes into the next one.
        var needed = (bytesBeyondActive + options.MaxFrameBytes - 1) / options.MaxFrameBytes;
        var kept = KeptSegments(purpose);
        var spares = _spares.Count + FreeCount;
        var pool = options.MaxSegments - FileCount;
        if (spares + pool - kept < needed)
        {
            return AppendRefusal.BacklogFull;
        }

        var own = spares + Math.Min(pool, _spares.FilesWithRoom(purpose));
        var all = spares + Math.Min(pool, _spares.FilesWithRoom(RoomFor.Housekeeping));
        return Math.Min(own, all - kept) >= needed ? AppendRefusal.None : AppendRefusal.NoRoom;
    }

    /// <summary>Closes all files.</summary>
    public void Close()
    {
        foreach (var segment in _segments)
        {
            segment.File.Dispose();
        }

        _spares.Close();
    }

    private void ForgetSaved(JournalOwner owner)
    {
        if (!owner.HasTail)
        {
            Unsaved.Remove(owner);
        }
    }

    // Housekeeping writes marks and copies to free the oldest segment; it never needs more than one segment for it, because
    // what it writes lay in that segment before. Deletes may use the last but one.
    private static int KeptSegments(RoomFor purpose) => purpose switch
    {
        RoomFor.Writes => 2,
        RoomFor.Reclaims => 1,
        _ => 0,
    };

    // A start at the limit must succeed, and what is written to give a segment up frees one in the next step.
    private int LimitFor(RoomFor purpose) => purpose switch
    {
        RoomFor.Recovery => int.MaxValue,
        RoomFor.Housekeeping => options.MaxSegments + 2,
        _ => options.MaxSegments,
    };
}
