namespace EdgeOrleans.Journal;

/// <summary>
/// How far an owner's trimmed sequence is known to flash. A mark is written late: it rides in the padding of a group, or
/// goes out before the first segment with trimmed records of the owner is used again, or at a clean close.
/// </summary>
internal sealed class TrimMark
{
    /// <summary>Stands for no segment.</summary>
    public const long None = long.MaxValue;

    /// <summary>The sequence of the newest durable mark; 0 when there is none.</summary>
    public long DurableSequence { get; private set; }

    /// <summary>The segment that holds the newest durable mark.</summary>
    public long DurableSegment { get; private set; } = None;

    /// <summary>The oldest segment with records that were trimmed and that no durable mark covers.</summary>
    public long OldestUncoveredSegment { get; private set; } = None;

    /// <summary>Whether the owner waits in the queue of marks that ride in padding.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Notes that a record in this segment was trimmed.</summary>
    public void Trimmed(long segment) => OldestUncoveredSegment = Math.Min(OldestUncoveredSegment, segment);

    /// <summary>Notes a durable mark. Records trimmed since it was encoded stay uncovered.</summary>
    public void BecameDurable(long sequence, long segment, long trimmedSequence)
    {
        if (sequence < DurableSequence)
        {
            return;
        }

        DurableSequence = sequence;
        DurableSegment = segment;
        if (sequence >= trimmedSequence)
        {
            OldestUncoveredSegment = None;
        }
    }

    /// <summary>Whether a mark must be written before this segment, the oldest, is used again.</summary>
    public bool HoldsUp(long oldestSegment) => DurableSegment <= oldestSegment || OldestUncoveredSegment <= oldestSegment;
}
