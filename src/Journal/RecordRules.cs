namespace EdgeOrleans.Journal;

/// <summary>What records of one append must be.</summary>
internal static class RecordRules
{
    /// <summary>Bytes that they take in a frame.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are none, one is too large, or their sequences do not ascend.</exception>
    public static int CheckedSizeOf(JournalOwner owner, ReadOnlySpan<JournalRecord> records, int maxRecordBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Length, nameof(records));
        var bytes = 0;
        var last = long.MinValue;
        foreach (var record in records)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Payload.Length, maxRecordBytes, nameof(records));
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(record.Sequence, last, nameof(records));
            bytes = checked(bytes + RecordFrame.SizeOf(owner.Utf8.Length, record.Payload.Length));
            last = record.Sequence;
        }

        return bytes;
    }
}
