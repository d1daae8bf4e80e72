
namespace EdgeOrleans.Journal;

/// <summary>
/// A durable log on flash for many owners: an append is acknowledged when its group has been written and flushed, and
/// given up when the primary target has it. Appends, trims and reads may come from any thread; <see cref="RunOnce"/> from
/// one at a time.
/// </summary>
public sealed class FlashJournal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly JournalClock _clock;
    private readonly SegmentPool _pool;
    private readonly OwnerTable _owners;
    private readonly GroupCommit _commit;
    private readonly TrimMarkWriter _marks;
    private readonly LaggardCopier _laggards;
    private readonly Housekeeper _housekeeper;
    private readonly FrameWriter _writer;
    private readonly SortedSet<string> _damagedOwners = new(StringComparer.Ordinal);
    private string? _failure;
    private bool _houseworkIsNext;
    private bool _isClosed;

    private FlashJournal(IDisk disk, JournalOptions options, JournalSeams seams)
    {
        Options = options;

        // Recovery writes before it has found out what time it is.
        Writes = new FlashWrites(() => _clock?.Now() ?? 0);
        disk = new CountedDisk(disk, Writes);
        _pool = new SegmentPool(disk, options, seams.NextGeneration, _gate);
        _owners = new OwnerTable(this);
        var recovery = new JournalRecovery(disk, _pool, _owners, seams.CarriesNewest);
        Recovery = recovery.Run();
        _clock = new JournalClock(Recovery.ClockFloorMicros);
        Writes.Found(Recovery.Written, Recovery.WrittenAtMicros);
        _writer = new FrameWriter(_pool, _clock, Writes, _gate, recovery.LastFrame);
        _commit = new GroupCommit(options, _pool, _writer, _gate, seams.InlineCompletions);
        _marks = new TrimMarkWriter(options, _writer, _owners, _gate);
        _laggards = new LaggardCopier(options, _pool, _writer, _owners, _gate, ReportDamage);
        _housekeeper = new Housekeeper(_pool, _marks, _laggards);
        foreach (var damage in Recovery.Damage)
        {
            _damagedOwners.UnionWith(damage.Owners);
        }
    }

    /// <summary>Its sizes.</summary>
    public JournalOptions Options { get; }

    /// <summary>What was found at start.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>What has been written to the data directory; storage that lies there too adds its own.</summary>
    public FlashWrites Writes { get; }

    /// <summary>The <see cref="CommitGroup.Position"/> of the newest durable group: everything up to it survives a power cut.</summary>
    public long DurablePosition => _commit.DurablePosition;

    /// <summary>Why nothing is written any more, as a sentence; null while all is well.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>How full it is. Asked at each save: it takes as long for many owners as for one.</summary>
    public JournalPressure Pressure
    {
        get
        {
            lock (_gate)
            {
                var (held, live) = _pool.Held;
                return new JournalPressure(
                    _pool.UsedBytes, Options.MaxBytes, _pool.Segments.Count, _pool.SpareCount, held, live, _commit.PendingBytes,
                    _pool.Unsaved.OldestSinceMicros, StateUnderGate());
            }
        }
    }

    /// <summary>Owners whose records had to be copied forward, because all others in their segment were saved.</summary>
    public IReadOnlyList<string> Laggards
    {
        get
        {
            lock (_gate)
            {
                return _laggards.Laggards;
            }
        }
    }

    /// <summary>Whether it takes ordinary writes; quicker to tell than all of <see cref="Pressure"/>.</summary>
    public JournalState State
    {
        get
        {
            lock (_gate)
            {
                return StateUnderGate();
            }
        }
    }

    /// <summary>Owners that may have lost records to damage, found at start or since; see <see cref="RecoveryReport.Damage"/>.</summary>
    public IReadOnlyList<string> DamagedOwners
    {
        get
        {
            lock (_gate)
            {
                return [.. _damagedOwners];
            }
        }
    }

    /// <summary>Called when <see cref="RunOnce"/> may have something to do.</summary>
    internal Action? Woken { get; set; }

    /// <summary>Whether a look at the file system's free space may let the journal go on.</summary>
    internal bool WaitsForRoom => State == JournalState.NoRoom;

    private bool HasPending
    {
        get
        {
            lock (_gate)
            {
                return _commit.HasPending;
            }
        }
    }

    /// <summary>
    /// Reads what is there, mends what a power cut or a bad sector did, and makes the newest frame durable in a segment of
    /// its own before anybody can read it.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="JournalFormatException">A segment was written by a newer version.</exception>
    /// <exception cref="IOException">The disk cannot be listed or written.</exception>
    public static FlashJournal Open(IDisk disk, JournalOptions options) =>
        OpenSimulated(disk, options, JournalSeams.Production);

    internal static FlashJournal OpenSimulated(IDisk disk, JournalOptions options, JournalSeams seams)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(options);
        return options.Validate() is { } fault
            ? throw new ArgumentException(fault, nameof(options))
            : new FlashJournal(disk, options, seams);
    }

    /// <summary>
    /// From now on, headers are stamped with this clock, which is built on what <see cref="Recovery"/> says. To be called
    /// before the first append.
    /// </summary>
    public void UseClock(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock.Use(clock);
    }

    /// <summary>
    /// From now on, calls <paramref name="report"/> after each flush that took longer than <paramref name="limit"/>, on the writer's
    /// thread: it must be quick. To be called before the first append.
    /// </summary>
    public void WatchFlushes(TimeSpan limit, Action<SlowFlush> report)
    {
        ArgumentNullException.ThrowIfNull(report);
        _writer.Watch(limit, report);
    }

    /// <summary>The owner of this key: the same object for as long as anybody holds it.</summary>
    /// <param name="key">1 to 1024 bytes of UTF-8.</param>
    public JournalOwner OwnerOf(string key)
    {
        lock (_gate)
        {
            return _owners.OwnerOf(key);
        }
    }

    /// <summary>Queues records of one owner for the next group, all or none, in the order given.</summary>
    /// <param name="owner">Whose they are.</param>
    /// <param name="records">At least one; sequences ascend and are above <see cref="JournalOwner.LastSequence"/>.</param>
    /// <param name="reclaims">Whether this makes room (a delete, a clear): it may use the reserve.</param>
    /// <param name="group">The group that they will be durable with.</param>
    /// <param name="refusal">Why nothing was taken.</param>
    /// <returns>Whether they were taken. Records of one call share a frame whenever they fit into one.</returns>
    public bool TryAppend(
        JournalOwner owner,
        ReadOnlySpan<JournalRecord> records,
        bool reclaims,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CommitGroup? group,
        out AppendRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var bytes = RecordRules.CheckedSizeOf(owner, records, Options.MaxRecordBytes);
        bool wasIdle;
        lock (_gate)
        {
            if (_failure is not null)
            {
                refusal = AppendRefusal.Failed;
                group = null;
                return false;
            }

            if (records[0].Sequence <= owner.LastSequence)
            {
                throw new ArgumentException(
                    $"{owner.Key} appends sequence {records[0].Sequence} after {owner.LastSequence}.", nameof(records));
            }

            wasIdle = !_commit.HasPending;
            _owners.MakeRoom();
            group = _commit.TryAppend(owner, records, bytes, reclaims ? RoomFor.Reclaims : RoomFor.Writes, out refusal);
            if (group is not null)
            {
                _owners.Keep(owner);
                owner.Appended(records[^1].Sequence, group.Position);
            }
        }

        if (wasIdle || group is null)
        {
            // A refusal wakes too: there may be a segment to free, or room by now.
            Woken?.Invoke();
        }

        return group is not null;
    }

    /// <summary>
    /// The pump: writes at most one group, or does one piece of housekeeping (zero-fills a spare a little, frees a segment,
    /// copies a laggard forward). No thread, no real time.
    /// </summary>
    /// <returns>False when there was nothing to do.</returns>
    public bool RunOnce()
    {
        if (Failure is not null)
        {
            return false;
        }

        try
        {
            // They take turns, so that a spare is ready in time under steady load.
            if (!_houseworkIsNext && _commit.TryWriteGroup())
            {
                _houseworkIsNext = true;
                return true;
            }

            _houseworkIsNext = false;
            return _housekeeper.Step() || _commit.TryWriteGroup();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Fail($"The journal could not be written: {fault.Message} Nothing is written until restart.");
            return true;
        }
    }

    /// <summary>
    /// The primary target durably has everything of this owner up to this sequence. Costs no write now: the mark rides in
    /// padding, or goes out before a segment is used again or at a clean close.
    /// </summary>
    public void Trim(JournalOwner owner, long sequence)
    {
        ArgumentNullException.ThrowIfNull(owner);
        lock (_gate)
        {
            if (sequence <= owner.TrimmedSequence)
            {
                return;
            }

            owner.Trimmed(sequence);
            _owners.Keep(owner);
            var saved = owner.Live.IndexFrom(sequence + 1);
            foreach (var record in owner.Live.Items[..saved])
            {
                owner.Mark.Trimmed(_pool.SegmentOf(record.Place).Number);
            }

            _pool.MakeFirstDead(owner, saved);
            if (owner.HasTail)
            {
                _pool.Unsaved.PutLast(owner, _clock.Now());
            }

            _commit.QueueMark(owner);
        }

        Woken?.Invoke();
    }

    /// <summary>The owners with a tail, by <see cref="JournalOwner.UnsavedSinceMicros"/>: saved in this order they free the oldest segments first.</summary>
    public IReadOnlyList<JournalOwner> OwnersToSave(int atMost)
    {
        lock (_gate)
        {
            return _pool.Unsaved.First(atMost);
        }
    }

    /// <summary>Writes what is queued and the closing frame (trim marks, clock), then closes the files. After a failure it only closes.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        try
        {
            while (HasPending && RunOnce())
            {
            }

            // Where nothing was ever written, nothing need be: the directory stays fresh.
            if (Failure is null && !(Recovery.IsFresh && _pool.Active is null))
            {
                while (_marks.WriteClosingFrame() == MarkOutcome.NoRoom && _housekeeper.Step())
                {
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Fail($"The journal could not be closed cleanly: {fault.Message}");
        }

        _isClosed = true;
        Fail("The journal is closed.");
        _pool.Close();
    }

    /// <summary>Ends writing for good; everybody who waits gets <see cref="CommitOutcome.Failed"/>.</summary>
    internal void Fail(string failure)
    {
        CommitGroup? writing, open;
        lock (_gate)
        {
            _failure ??= failure;
            (writing, open) = _commit.Abandon();
        }

        writing?.Complete(CommitOutcome.Failed);
        open?.Complete(CommitOutcome.Failed);
    }

    internal long TailBytes(JournalOwner owner)
    {
        lock (_gate)
        {
            var bytes = 0L;
            foreach (var record in owner.Live.Items)
            {
                bytes += record.Place.Size;
            }

            return bytes;
        }
    }

    internal IEnumerable<TailRecord> ReadTail(JournalOwner owner)
    {
        using var tail = new OwnerTail(owner, _pool, _gate);
        foreach (var record in tail.Read(ReportDamage))
        {
            yield return record;
        }
    }

    private void ReportDamage(JournalOwner owner)
    {
        lock (_gate)
        {
            _damagedOwners.Add(owner.Key);
        }
    }

    private JournalState StateUnderGate()
    {
        if (_failure is not null)
        {
            return JournalState.Failed;
        }

        var beyond = _commit.PendingBytes + JournalFormat.BlockBytes - (_pool.Active?.Remaining ?? 0);
        return _pool.Judge(RoomFor.Writes, beyond) switch
        {
            AppendRefusal.BacklogFull => JournalState.BacklogFull,
            AppendRefusal.NoRoom => JournalState.NoRoom,
            _ => JournalState.Writing,
        };
    }
}
