using System.Globalization;

namespace EdgeOrleans.Journal;

/// <summary>A file of full length that waits to become a segment.</summary>
internal readonly record struct SpareFile(string Name, IDiskFile File);

/// <summary>
/// The files of the journal: segments from oldest to newest, the last one active, and spares. Files are created and
/// zero-filled once and then go round by renaming. Changed by the writer alone, under the gate; read by all under the gate.
/// </summary>
internal sealed class SegmentPool(IDisk disk, JournalOptions options, Func<ulong> nextGeneration, Lock gate)
{
    private const string SparePrefix = "spare-";

    // One step of zero-filling, flushed: short enough that a group does not wait long behind it on a slow card.
    private const int FillBytes = 512 * 1024;

    private static readonly byte[] Zeros = new byte[FillBytes];

    private readonly List<SegmentFile> _segments = [];
    private readonly Dictionary<ushort, SegmentFile> _byId = [];
    private readonly Queue<SpareFile> _spares = [];
    private long _nextNumber = 1;
    private int _nextSpare;
    private SpareFile? _filling;
    private int _filledBytes;

    // Free bytes when creating a file failed although there seemed to be room: try again only when there is more.
    private long _refusedAtBytes = -1;

    public IReadOnlyList<SegmentFile> Segments => _segments;

    /// <summary>The segment that frames are written to; none before the first group of a new directory.</summary>
    public SegmentFile? Active { get; private set; }

    public int SpareCount => _spares.Count;

    /// <summary>Whether a start at the limit has made it one file too many.</summary>
    public bool IsOverLimit => FileCount > options.MaxSegments;

    public bool IsFilling => _filling is not null;

    /// <summary>Bytes of all files.</summary>
    public long UsedBytes
    {
        get
        {
            var bytes = (long)(_spares.Count + (_filling is null ? 0 : 1)) * options.SegmentBytes;
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

    private int FileCount => _segments.Count + _spares.Count + (_filling is null ? 0 : 1);

    /// <summary>The segment of a live record.</summary>
    public SegmentFile SegmentOf(RecordPlace place) => _byId[place.SegmentId];

    /// <summary>Makes a durable record live; a copy takes over from its original. Under the gate.</summary>
    public void MakeLive(JournalOwner owner, LiveRecord record, long clockMicros)
    {
        if (owner.Live.Count == 0)
        {
            owner.UnsavedSinceMicros = clockMicros;
        }

        if (owner.Live.Add(record, out var replaced))
        {
            SegmentOf(replaced).Lost(replaced.Size);
        }

        SegmentOf(record.Place).Gained(record.Place.Size);
    }

    /// <summary>Ends a record's life. Under the gate.</summary>
    public void MakeDead(LiveRecord record) => SegmentOf(record.Place).Lost(record.Place.Size);

    /// <summary>Takes over a segment found at start; it is never written again.</summary>
    public void AddRecovered(SegmentFile segment)
    {
        _segments.Add(segment);
        _byId[(ushort)segment.Number] = segment;
        SkipNumber(segment.Number);
    }

    /// <summary>Takes over a spare found at start, or removes it when an option or a power cut has left it at another length.</summary>
    public void AddRecoveredSpare(string name)
    {
        if (int.TryParse(name.AsSpan(SparePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            _nextSpare = Math.Max(_nextSpare, number + 1);
        }

        IDiskFile file;
        try
        {
            file = disk.Open(name);
        }
        catch (IOException)
        {
            // Nothing in a spare is worth anything. Its number is not used again.
            return;
        }

        if (file.Length == options.SegmentBytes && FileCount < options.MaxSegments)
        {
            _spares.Enqueue(new SpareFile(name, file));
            return;
        }

        file.Dispose();
        disk.Remove(name);
    }

    /// <summary>Keeps a segment's number from being used again: the disk would not open it.</summary>
    public void SkipNumber(long number) => _nextNumber = Math.Max(_nextNumber, number + 1);

    /// <summary>Whether a file is a spare by its name.</summary>
    public static bool IsSpareName(string name) => name.StartsWith(SparePrefix, StringComparison.Ordinal);

    /// <summary>
    /// Makes a spare the active segment. The header is durable before the file has its name, and the name before the first
    /// frame is written; carried frames are part of what is durable before the name.
    /// </summary>
    /// <returns>False when there is no file and no room for one.</returns>
    public bool TryBeginSegment(long lastFrameBefore, long clockMicros, RoomFor purpose, CarriedFrames? carried = null)
    {
        if (!TryTakeSpare(purpose, out var spare))
        {
            return false;
        }

        var header = new SegmentHeader(
            JournalFormat.Version, nextGeneration(), _nextNumber, lastFrameBefore, carried?.Last ?? 0, clockMicros);
        var block = new byte[JournalFormat.BlockBytes];
        header.Write(block);
        var segment = new SegmentFile(SegmentFile.NameOf(header.Number), spare.File, header, options.SegmentBytes);
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
        var spare = new SpareFile(NextSpareName(), segment.File);
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
            if (reusable)
            {
                _spares.Enqueue(spare);
            }
        }

        if (!reusable)
        {
            segment.File.Dispose();
        }
    }

    /// <summary>Creates a file for a spare, or zero-fills it a little further. False when there is no room for one.</summary>
    public bool TryGrow(RoomFor purpose)
    {
        try
        {
            if (_filling is null)
            {
                if (FileCount >= LimitFor(purpose) || FilesWithRoom(purpose) < 1)
                {
                    return false;
                }

                var name = NextSpareName();
                var file = disk.Create(name);
                lock (gate)
                {
                    _filling = new SpareFile(name, file);
                    _filledBytes = 0;
                }
            }

            var filling = _filling.Value;
            var bytes = Math.Min(FillBytes, options.SegmentBytes - _filledBytes);
            filling.File.Write(Zeros.AsSpan(0, bytes), _filledBytes);
            filling.File.FlushData();
            _filledBytes += bytes;
            if (_filledBytes == options.SegmentBytes)
            {
                disk.FlushNames();
                lock (gate)
                {
                    _spares.Enqueue(filling);
                    _filling = null;
                }
            }

            return true;
        }
        catch (DiskFullException)
        {
            AbandonFilling();
            return false;
        }
    }

    /// <summary>Whether appends of a kind may take so many bytes more than the active segment has left, and if not, why.</summary>
    public AppendRefusal Judge(RoomFor purpose, long bytesBeyondActive)
    {
        if (purpose == RoomFor.Writes && FileCount - FreeCount > options.MaxSegments)
        {
            // Else every restart at the limit would add a segment.
            return AppendRefusal.BacklogFull;
        }

        if (bytesBeyondActive <= 0)
        {
            return AppendRefusal.None;
        }

        // What a segment holds at the very least: a frame that does not fit into its rest goes into the next one.
        var needed = (bytesBeyondActive + options.MaxFrameBytes - 1) / options.MaxFrameBytes;
        var kept = KeptSegments(purpose);
        var spares = _spares.Count + (_filling is null ? 0 : 1) + FreeCount;
        var pool = options.MaxSegments - FileCount;
        if (spares + pool - kept < needed)
        {
            return AppendRefusal.BacklogFull;
        }

        var own = spares + Math.Min(pool, FilesWithRoom(purpose));
        var all = spares + Math.Min(pool, FilesWithRoom(RoomFor.Housekeeping));
        return Math.Min(own, all - kept) >= needed ? AppendRefusal.None : AppendRefusal.NoRoom;
    }

    /// <summary>Closes all files.</summary>
    public void Close()
    {
        foreach (var segment in _segments)
        {
            segment.File.Dispose();
        }

        foreach (var spare in _spares)
        {
            spare.File.Dispose();
        }

        _filling?.File.Dispose();
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

    private long FilesWithRoom(RoomFor purpose)
    {
        var free = disk.FreeBytes;
        if (free <= _refusedAtBytes)
        {
            return 0;
        }

        return Math.Max(0, purpose == RoomFor.Writes ? free - options.ReserveBytes : free) / options.SegmentBytes;
    }

    private bool TryTakeSpare(RoomFor purpose, out SpareFile spare)
    {
        while (_spares.Count == 0)
        {
            if (!TryGrow(purpose))
            {
                spare = default;
                return false;
            }
        }

        lock (gate)
        {
            spare = _spares.Dequeue();
        }

        return true;
    }

    private void AbandonFilling()
    {
        if (_filling is { } partial)
        {
            partial.File.Dispose();
            disk.Remove(partial.Name);
            lock (gate)
            {
                _filling = null;
            }
        }

        _refusedAtBytes = disk.FreeBytes;
    }

    private string NextSpareName() => SparePrefix + (_nextSpare++).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Who asks for room: each may go deeper into the reserve than the one before.</summary>
internal enum RoomFor
{
    /// <summary>Ordinary appends.</summary>
    Writes,

    /// <summary>Deletes, clears and the like, which make room.</summary>
    Reclaims,

    /// <summary>What the journal itself must write to free a segment.</summary>
    Housekeeping,

    /// <summary>The first segment of a start.</summary>
    Recovery,
}
