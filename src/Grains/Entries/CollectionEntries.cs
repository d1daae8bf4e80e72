namespace EdgeOrleans.Grains.Entries;

/// <summary>
/// What one collection holds, in two states. The <em>settled</em> state is durable: it alone is read, listed, counted and saved.
/// The <em>newest</em> state has the pending writes on top: versions, preconditions and the size limit are judged on it.
/// </summary>
/// <remarks>
/// One thread at a time, but for whoever holds <see cref="Settling"/> and reads the settled state. A write is staged, then either accepted with the position of its commit group or taken back;
/// both in the turn that staged it. It becomes settled when that position is durable.
/// </remarks>
public sealed class CollectionEntries
{
    /// <summary>
    /// How many tombstones are kept. A full queue costs under 1 MB; a target that missed more deletes than this
    /// takes a snapshot, which at 16 MiB a collection costs about as much.
    /// </summary>
    public const int TombstoneLimit = 10_000;

    /// <summary>
    /// What an entry costs in memory beside its key and value: 24 bytes for the array that holds it and 4 to round it up, 16 of its own
    /// fields, 8 for the reference in its leaf and some for places not in use there. MemoryTests measures it.
    /// </summary>
    public const int EntryMemoryBytes = 50;

    private readonly EntryTable _table;
    private readonly PendingWrites _pending = new();
    private readonly Tombstones _tombstones = new(TombstoneLimit);
    private int _staged;
    private long _unsettledFrom = long.MaxValue;
    private (long Sequence, long LastVersion, long LastSetVersion) _beforeStaged;

    /// <summary>Makes an empty one.</summary>
    public CollectionEntries() => _table = new EntryTable();

    /// <summary>The settled state of another, to be changed apart from it.</summary>
    private CollectionEntries(CollectionEntries settled)
    {
        _table = settled._table.Copy();
        _tombstones.RaiseFloor(settled.TombstoneFloor);
        Array.ForEach(settled._tombstones.ToArray(), _tombstones.Add);
        SettledSequence = settled.SettledSequence;
        SettledVersion = settled.SettledVersion;
    }

    /// <summary>
    /// Held while what is durable becomes settled, all of it at once. Another thread that holds it may use <see cref="TryGet"/>
    /// and nothing else, once the entries are in use.
    /// </summary>
    public Lock Settling { get; } = new();

    /// <summary>The position of the oldest write that the journal has taken and that is not settled; the greatest number when there is none. For any thread.</summary>
    public long UnsettledFrom => Volatile.Read(ref _unsettledFrom);

    /// <summary>Settled keys.</summary>
    public int Count => _table.Count;

    /// <summary>Bytes of settled keys and values.</summary>
    public long Bytes => _table.Bytes;

    /// <summary>Bytes of keys and values in the newest state.</summary>
    public long NewestBytes { get; private set; }

    /// <summary>Bytes of memory, about: what is pending is counted by the journal's limit.</summary>
    public long MemoryBytes => Bytes + ((long)EntryMemoryBytes * (Count + _tombstones.Count));

    /// <summary>The sequence of the newest change, pending ones included.</summary>
    public long Sequence { get; private set; }

    /// <summary>The sequence of the newest settled change.</summary>
    public long SettledSequence { get; private set; }

    /// <summary>The newest version ever given, pending writes included. The next write gets a greater one.</summary>
    public long LastVersion { get; private set; }

    /// <summary>The newest version that a value was set with, pending writes included, as far as it is known: storage keeps none of deleted keys.</summary>
    public long LastSetVersion { get; private set; }

    /// <summary>The newest settled version.</summary>
    public long SettledVersion { get; private set; }

    /// <summary>A target that has less than this sequence needs a full snapshot.</summary>
    public long TombstoneFloor => _tombstones.Floor;

    /// <summary>The bound of a clear that holds already and is no change of this collection yet; 0 when there is none.</summary>
    public long OwedClear { get; private set; }

    /// <summary>Whether writes are pending.</summary>
    public bool HasPending => !_pending.IsEmpty;

    /// <summary>The position of the newest write that the journal has taken and that is not settled; 0 when there is none.</summary>
    public long PendingPosition => _pending.Count > _staged ? _pending.FromLast(_staged + 1).Position : 0;

    /// <summary>How many changes are staged: made in this turn, and not yet accepted or taken back.</summary>
    internal int StagedCount => _staged;

    /// <summary>A staged change, in the order in which they were made.</summary>
    internal StoredEntry Staged(int index) => _pending.FromLast(_staged - index).Entry;

    /// <summary>The settled entry of a key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out StoredEntry entry) => _table.TryGet(key, out entry);

    /// <summary>The newest entry of a key, pending writes included.</summary>
    /// <param name="key">The key.</param>
    /// <param name="entry">The entry; none when the key does not exist.</param>
    /// <param name="position">The pending position that this rests on; 0 when it is settled.</param>
    public bool TryGetNewest(ReadOnlySpan<byte> key, out StoredEntry entry, out long position)
    {
        if (!_pending.TryGet(key, out entry, out position) && !_table.TryGet(key, out entry))
        {
            return false;
        }

        // Every write after a clear has a version above its bound, so the version alone tells what the clear covers.
        if (!entry.IsTombstone && entry.Version <= _pending.ClearBound)
        {
            entry = default;
            position = PendingPosition;
        }

        return !entry.IsNone && !entry.IsTombstone;
    }

    /// <summary>The version of the next write.</summary>
    public long NextVersion(long nowMicros) => Math.Max(nowMicros, LastVersion + 1);

    /// <summary>No write from here on gets a version of <paramref name="version"/> or less.</summary>
    public void RaiseVersion(long version) => LastVersion = Math.Max(LastVersion, version);

    /// <summary>Makes an entry, or a tombstone, the newest of its key. Its sequence must be <see cref="Sequence"/> + 1.</summary>
    /// <param name="entry">The entry or tombstone.</param>
    /// <param name="replacedBytes">Bytes of the newest entry it takes the place of.</param>
    public void Stage(StoredEntry entry, int replacedBytes)
    {
        Begin(entry, (entry.IsTombstone ? 0L : entry.Bytes) - replacedBytes);
    }

    /// <summary>Removes every entry with a version of at most <paramref name="bound"/>. Costs one sequence, and is staged alone.</summary>
    public void StageClear(long bound)
    {
        var clear = StoredEntry.CreateTombstone([], Sequence + 1, bound);
        Begin(clear, BytesAfter(Math.Max(bound, _pending.ClearBound)) - NewestBytes);
    }

    /// <summary>Whether a clear up to <paramref name="bound"/> would remove nothing from the newest state, and none is owed.</summary>
    public bool ClearsNothing(long bound) =>
        OwedClear <= _pending.ClearBound && BytesAfter(Math.Max(bound, _pending.ClearBound)) == NewestBytes;

    /// <summary>
    /// Takes out of what was loaded every entry with a version of at most <paramref name="bound"/>, because it is written down elsewhere,
    /// durably, that they go. Flash and targets still have them: a clear with that bound has to follow as a change of its own.
    /// </summary>
    public void OweClear(long bound)
    {
        _table.RemoveThrough(bound);
        NewestBytes = Bytes;
        OwedClear = bound;
        RaiseVersion(bound);
    }

    /// <summary>The journal has taken what is staged into the commit group at <paramref name="position"/>.</summary>
    public void Accept(long position)
    {
        _pending.Place(_staged, position);
        _staged = 0;
        NoteUnsettled();
    }

    /// <summary>The journal has not taken what is staged: it never was.</summary>
    public void TakeBack()
    {
        if (_staged == 0)
        {
            return;
        }

        for (; _staged > 0; _staged--)
        {
            NewestBytes -= _pending.PopLast().BytesDelta;
        }

        (Sequence, LastVersion, LastSetVersion) = _beforeStaged;
    }

    /// <summary>Moves what is durable from pending to settled.</summary>
    /// <param name="durablePosition">The position of the last durable commit group.</param>
    public void Settle(long durablePosition)
    {
        lock (Settling)
        {
            while (!_pending.IsEmpty && _pending.First.Position <= durablePosition)
            {
                SettleOne(_pending.PopFirst().Entry);
            }

            NoteUnsettled();
        }
    }

    /// <summary>
    /// A flush failed: what is pending will not become settled here. Its versions and sequences are not given again,
    /// because the next start may find it on flash all the same.
    /// </summary>
    public void DropPending()
    {
        _pending.Clear();
        NoteUnsettled();
        NewestBytes = Bytes;
    }

    /// <summary>Puts a change from flash or storage on top of the settled state, when it is newer than that.</summary>
    /// <param name="change">An entry, a tombstone, or a clear (a tombstone without a key, its version the bound).</param>
    public void Replay(StoredEntry change)
    {
        if (change.Sequence > SettledSequence)
        {
            SettleOne(change);
            Sequence = Math.Max(Sequence, change.Sequence);
            RaiseVersion(change.Version);
            NoteSet(change);
            NewestBytes = Bytes;
        }
    }

    /// <summary>Takes in a saved entry; entries of a snapshot come in any order of sequence. Ends with <see cref="Restored"/>.</summary>
    public void Restore(StoredEntry entry)
    {
        _table.Put(entry);
        NoteSet(entry);
    }

    /// <summary>All saved entries are in: this is the state that they make up.</summary>
    /// <param name="sequence">The sequence saved.</param>
    /// <param name="lastVersion">The newest version then.</param>
    /// <param name="tombstones">The tombstones saved, in order of sequence.</param>
    /// <param name="tombstoneFloor">The floor then.</param>
    public void Restored(long sequence, long lastVersion, IEnumerable<StoredEntry> tombstones, long tombstoneFloor)
    {
        _tombstones.RaiseFloor(tombstoneFloor);
        foreach (var tombstone in tombstones)
        {
            _tombstones.Add(tombstone);
        }

        SettledSequence = sequence;
        SettledVersion = lastVersion;
        Sequence = Math.Max(Sequence, sequence);
        RaiseVersion(lastVersion);
        NewestBytes = Bytes;
    }

    /// <summary>Sequences up to this one were given before, whatever is left of them.</summary>
    public void RaiseSequence(long sequence) => Sequence = Math.Max(Sequence, sequence);

    /// <summary>A page of settled keys.</summary>
    /// <param name="limit">At most so many.</param>
    /// <param name="offset">Pass over so many.</param>
    /// <param name="prefix">Only keys that begin with this.</param>
    /// <param name="after">Only keys greater than this; empty for all.</param>
    /// <param name="total">How many keys begin with the prefix.</param>
    public StoredEntry[] List(int limit, int offset, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, out int total)
    {
        var start = _table.CountBefore(prefix);
        var end = _table.CountThrough(prefix);
        total = end - start;
        if (!after.IsEmpty)
        {
            start = Math.Max(start, _table.CountBefore(after) + (_table.TryGet(after, out _) ? 1 : 0));
        }

        var count = Math.Clamp((long)end - start - offset, 0, limit);
        var page = count == 0 ? [] : new StoredEntry[count];
        _table.CopyTo(start + offset, page);
        return page;
    }

    /// <summary>The settled state, to be read from any thread.</summary>
    public CollectionSnapshot Freeze() => new(_table.Freeze(), _tombstones.ToArray())
    {
        Sequence = SettledSequence,
        LastVersion = SettledVersion,
        Count = Count,
        Bytes = Bytes,
        TombstoneFloor = TombstoneFloor,
    };

    /// <summary>What is pending up to a position, and what the settled state becomes by it.</summary>
    internal CollectionChanges PendingThrough(long position)
    {
        var newest = new Dictionary<StoredEntry, StoredEntry>(StoredEntryKeys.Instance);
        var (sequence, version, hasClear) = (SettledSequence, SettledVersion, false);
        foreach (var change in _pending.Through(position))
        {
            (sequence, version) = (change.Sequence, Math.Max(version, change.Version));
            hasClear |= change.Key.IsEmpty;
            newest.Remove(change);
            newest.Add(change, change);
        }

        return hasClear
            ? new CollectionChanges(After(position))
            : new CollectionChanges(newest.Values, TotalsAfter(newest.Values, sequence, version));
    }

    private CollectionSnapshot After(long position)
    {
        var after = new CollectionEntries(this);
        foreach (var change in _pending.Through(position))
        {
            after.SettleOne(change);
        }

        return after.Freeze();
    }

    private CollectionTotals TotalsAfter(IEnumerable<StoredEntry> newest, long sequence, long version)
    {
        var (count, bytes) = (Count, Bytes);
        foreach (var change in newest)
        {
            if (_table.TryGet(change.Key, out var settled))
            {
                (count, bytes) = (count - 1, bytes - settled.Bytes);
            }

            if (!change.IsTombstone)
            {
                (count, bytes) = (count + 1, bytes + change.Bytes);
            }
        }

        return new CollectionTotals(sequence, version, count, bytes, TombstoneFloor);
    }

    private void Begin(StoredEntry change, long bytesDelta)
    {
        if (change.Sequence != Sequence + 1)
        {
            throw new ArgumentException($"sequence {change.Sequence} does not follow {Sequence}", nameof(change));
        }

        // First, because it alone can fail, for want of memory.
        _pending.Push(change, bytesDelta);
        NewestBytes += bytesDelta;
        if (_staged++ == 0)
        {
            _beforeStaged = (Sequence, LastVersion, LastSetVersion);
        }

        Sequence = change.Sequence;
        RaiseVersion(change.Version);
        NoteSet(change);
    }

    private void NoteUnsettled() => Volatile.Write(ref _unsettledFrom, _pending.IsEmpty ? long.MaxValue : _pending.First.Position);

    private void NoteSet(StoredEntry change) => LastSetVersion = Math.Max(LastSetVersion, change.IsTombstone ? 0 : change.Version);

    private void SettleOne(StoredEntry change)
    {
        SettledSequence = change.Sequence;
        SettledVersion = Math.Max(SettledVersion, change.Version);
        if (!change.IsTombstone)
        {
            _table.Put(change);
        }
        else if (change.Key.IsEmpty)
        {
            _table.RemoveThrough(change.Version);
            OwedClear = change.Version >= OwedClear ? 0 : OwedClear;
            _tombstones.RaiseFloor(change.Sequence);
        }
        else
        {
            _table.Remove(change.Key);
            _tombstones.Add(change);
        }
    }

    /// <summary>Bytes of what is newer than a version in the newest state.</summary>
    private long BytesAfter(long version)
    {
        var bytes = _table.BytesAfter(version);
        foreach (var entry in _pending.NewestOfEachKey())
        {
            if (_table.TryGet(entry.Key, out var settled) && settled.Version > version)
            {
                bytes -= settled.Bytes;
            }

            bytes += !entry.IsTombstone && entry.Version > version ? entry.Bytes : 0;
        }

        return bytes;
    }
}
