namespace EdgeOrleans.Journal;

/// <summary>What an owner appends.</summary>
/// <param name="sequence">The owner's own count, above every sequence it has appended before.</param>
/// <param name="payload">The owner's bytes; copied by the append.</param>
public readonly struct JournalRecord(long sequence, ReadOnlyMemory<byte> payload)
{
    /// <summary>The owner's own count, above every sequence it has appended before.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>The owner's bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;
}

/// <summary>A durable record read back from flash.</summary>
/// <param name="sequence">The sequence it was appended with.</param>
/// <param name="payload">Its bytes, a slice of a buffer that is not used again.</param>
public readonly struct TailRecord(long sequence, ReadOnlyMemory<byte> payload)
{
    /// <summary>The sequence it was appended with.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>Its bytes. They stay as they are, but keep a whole read buffer alive: copy what is kept for long.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;
}
