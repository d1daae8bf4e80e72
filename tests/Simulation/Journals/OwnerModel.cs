using System.Buffers.Binary;
using EdgeOrleans.Journal;
using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation.Journals;

/// <summary>What one owner gave to the journal, and what of it must be found.</summary>
internal sealed class OwnerModel(string key)
{
    private readonly SortedDictionary<long, SentRecord> _sent = [];

    public string Key => key;

    /// <summary>The highest sequence that is known to be durable.</summary>
    public long DurableSequence { get; private set; }

    /// <summary>The greatest sequence that a trim was asked for.</summary>
    public long TrimmedSequence { get; private set; }

    /// <summary>The sequence of the next record.</summary>
    public long NextSequence { get; set; } = 1;

    /// <summary>A payload that no other record has.</summary>
    public static byte[] Payload(long id, int bytes)
    {
        var payload = new byte[Math.Max(bytes, sizeof(long))];
        payload.AsSpan().Fill((byte)(id * 7));
        BinaryPrimitives.WriteInt64LittleEndian(payload, id);
        return payload;
    }

    public void Send(long sequence, byte[] payload, long position)
    {
        _sent[sequence] = new SentRecord(payload, position);
        NextSequence = sequence + 1;
    }

    /// <summary>Everything appended up to a position is durable.</summary>
    public void Acknowledge(long position)
    {
        foreach (var (sequence, sent) in _sent)
        {
            if (!sent.IsDurable && sent.Position <= position)
            {
                sent.IsDurable = true;
                DurableSequence = Math.Max(DurableSequence, sequence);
            }
        }
    }

    public void Trim(long sequence)
    {
        TrimmedSequence = Math.Max(TrimmedSequence, sequence);
    }

    /// <summary>Compares what the journal has with what it must have.</summary>
    /// <param name="owner">The owner in the journal.</param>
    /// <param name="isRecovery">This is the first look of a new process: what was in doubt is decided by it.</param>
    /// <param name="isReportedDamaged">Asked after the reading: whether damage was reported that may have taken records of this owner.</param>
    /// <param name="wasOutOfRoom">Whether the journal ever was at its limit: then it may free a segment without keeping how far it was trimmed.</param>
    public void Check(JournalOwner owner, bool isRecovery, Func<bool> isReportedDamaged, bool wasOutOfRoom)
    {
        var found = new HashSet<long>();
        var last = 0L;
        var firstMissingInDoubt = long.MaxValue;
        foreach (var record in owner.ReadTail())
        {
            if (record.Sequence <= last)
            {
                throw new OracleException($"{key}: sequence {record.Sequence} is read after {last}");
            }

            last = record.Sequence;
            if (!_sent.TryGetValue(record.Sequence, out var sent) || !sent.Payload.AsSpan().SequenceEqual(record.Payload.Span))
            {
                throw new OracleException($"{key}: record {record.Sequence} holds what was never sent, or was lost before: {Describe(record, sent)}");
            }

            // A group that was split may have failed after its first frame was flushed. What was read once must stay.
            sent.IsDurable = true;
            DurableSequence = Math.Max(DurableSequence, record.Sequence);
            if (record.Sequence <= owner.TrimmedSequence)
            {
                throw new OracleException($"{key}: record {record.Sequence} is read, trimmed through {owner.TrimmedSequence}");
            }

            found.Add(record.Sequence);
        }

        var mayLack = isReportedDamaged();
        foreach (var (sequence, sent) in _sent)
        {
            if (found.Contains(sequence) || sequence <= (wasOutOfRoom ? TrimmedSequence : owner.TrimmedSequence))
            {
                continue;
            }

            if (!sent.IsDurable)
            {
                firstMissingInDoubt = Math.Min(firstMissingInDoubt, sequence);
            }
            else if (!mayLack)
            {
                throw new OracleException($"{key}: record {sequence} is lost; trim was asked through {TrimmedSequence}, the journal says {owner.TrimmedSequence}");
            }
        }

        if (owner.TrimmedSequence > TrimmedSequence)
        {
            throw new OracleException($"{key}: trimmed through {owner.TrimmedSequence}, asked for {TrimmedSequence} at most");
        }

        if (!mayLack && owner.LastSequence < DurableSequence && !(wasOutOfRoom && DurableSequence <= TrimmedSequence))
        {
            throw new OracleException($"{key}: the last sequence is {owner.LastSequence}, and {DurableSequence} was durable");
        }

        if (isRecovery && last > firstMissingInDoubt && !mayLack)
        {
            throw new OracleException($"{key}: record {last} survived, and {firstMissingInDoubt} before it did not");
        }

        if (isRecovery)
        {
            Decide(owner);
        }
    }

    private static string Describe(TailRecord record, SentRecord? sent) =>
        $"{record.Payload.Length} bytes, first {BitConverter.ToString(record.Payload.Span[..Math.Min(8, record.Payload.Length)].ToArray())}"
        + (sent is null ? ", nothing sent" : $"; {sent.Payload.Length} bytes sent, first {BitConverter.ToString(sent.Payload, 0, 8)}");

    private void Decide(JournalOwner owner)
    {
        foreach (var sequence in _sent.Keys.ToArray())
        {
            if (!_sent[sequence].IsDurable)
            {
                _sent.Remove(sequence);
            }
        }

        NextSequence = owner.LastSequence + 1;
        DurableSequence = Math.Min(DurableSequence, owner.LastSequence);
    }

    private sealed class SentRecord(byte[] payload, long position)
    {
        public byte[] Payload => payload;

        public long Position => position;

        public bool IsDurable { get; set; }
    }
}
