using System.Text;

namespace EdgeOrleans.Journal;

/// <summary>One whose records the journal keeps apart: a collection, or the catalog. Get it from <see cref="FlashJournal.OwnerOf"/>.</summary>
public sealed class JournalOwner
{
    private readonly FlashJournal _journal;
    private long _trimmedSequence;
    private long _lastSequence;
    private long _lastAppendedPosition;
    private long _unsavedSinceMicros;

    internal JournalOwner(FlashJournal journal, string key)
    {
        _journal = journal;
        Key = key;
        Utf8 = Encoding.UTF8.GetBytes(key);
        Unsaved = new LinkedListNode<JournalOwner>(this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Utf8.Length, JournalFormat.MaxOwnerBytes, nameof(key));
        ArgumentException.ThrowIfNullOrEmpty(key);
    }

    /// <summary>What it is called.</summary>
    public string Key { get; }

    /// <summary>The primary target has everything up to this sequence; kept over restarts. 0 when it never had anything.</summary>
    public long TrimmedSequence => Volatile.Read(ref _trimmedSequence);

    /// <summary>The highest sequence that was ever appended, durable or not, or trimmed.</summary>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>The position of the group that holds the newest append of this run; 0 when there was none.</summary>
    public long LastAppendedPosition => Volatile.Read(ref _lastAppendedPosition);

    /// <summary>Whether there are durable records that the primary target does not have.</summary>
    public bool HasTail => Live.Count > 0;

    /// <summary>
    /// The service clock, in microseconds since the Unix epoch, when the oldest record that the primary target lacks came
    /// in; after a trim that left records, when that trim was. 0 without a tail.
    /// </summary>
    public long UnsavedSinceMicros
    {
        get => HasTail ? Volatile.Read(ref _unsavedSinceMicros) : 0;
        internal set => Volatile.Write(ref _unsavedSinceMicros, value);
    }

    internal byte[] Utf8 { get; }

    internal LiveRecords Live { get; } = new();

    internal TrimMark Mark { get; } = new();

    /// <summary>Its place among those with a tail.</summary>
    internal LinkedListNode<JournalOwner> Unsaved { get; }

    /// <summary>Bytes of the records that <see cref="ReadTail"/> would read now, with their heads. Looks at each.</summary>
    public long TailBytes => _journal.TailBytes(this);

    /// <summary>
    /// Reads the durable records above <see cref="TrimmedSequence"/> from flash, in the order of their sequences, as they
    /// are when the reading begins. Segments stay as they are until the enumeration ends: dispose of it (foreach does).
    /// A record that has gone bad since is left out, and the owner named in <see cref="FlashJournal.DamagedOwners"/>.
    /// </summary>
    public IEnumerable<TailRecord> ReadTail() => _journal.ReadTail(this);

    internal void Appended(long sequence, long position)
    {
        Volatile.Write(ref _lastSequence, Math.Max(_lastSequence, sequence));
        Volatile.Write(ref _lastAppendedPosition, position);
    }

    internal void Recovered(long sequence) => Volatile.Write(ref _lastSequence, Math.Max(_lastSequence, sequence));

    internal void Trimmed(long sequence)
    {
        Volatile.Write(ref _trimmedSequence, Math.Max(_trimmedSequence, sequence));
        Recovered(sequence);
    }
}
