namespace EdgeOrleans;

/// <summary>One stored value as a reader sees it: always one that is already durable.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.Entry")]
public sealed class Entry(ReadOnlyMemory<byte> value, long version, long expiresAtMicros)
{
    /// <summary>The JSON text of the value, byte for byte as it was sent, white space around tokens aside.</summary>
    [Id(0)]
    public ReadOnlyMemory<byte> Value { get; } = value;

    /// <summary>Microseconds since the Unix epoch on the service clock; strictly increasing within a collection.</summary>
    [Id(1)]
    public long Version { get; } = version;

    /// <summary>When the entry ends, in microseconds since the Unix epoch; 0 when it does not expire.</summary>
    [Id(2)]
    public long ExpiresAtMicros { get; } = expiresAtMicros;
}
