namespace EdgeOrleans;

/// <summary>What an <see cref="Operation"/> does to its key.</summary>
[GenerateSerializer, Alias("EdgeOrleans.OperationKind")]
public enum OperationKind
{
    /// <summary>Creates or replaces the value.</summary>
    Set = 1,

    /// <summary>Removes the key. Removing a key that is not there succeeds and changes nothing.</summary>
    Delete = 2,
}

/// <summary>What must hold of a key for an <see cref="Operation"/> to be applied.</summary>
[GenerateSerializer, Alias("EdgeOrleans.PreconditionKind")]
public enum PreconditionKind
{
    /// <summary>Nothing: the operation is always applied.</summary>
    None = 0,

    /// <summary>The key exists, with whatever version.</summary>
    Exists = 1,

    /// <summary>The key does not exist.</summary>
    Absent = 2,

    /// <summary>The key exists with exactly <see cref="Operation.ExpectedVersion"/>.</summary>
    Version = 3,
}

/// <summary>One change to one key of a collection.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.Operation")]
public sealed class Operation
{
    /// <summary>What to do.</summary>
    [Id(0)]
    public OperationKind Kind { get; init; }

    /// <summary>The key: 1 to 512 bytes of UTF-8 without control characters (<see cref="NameRules.KeyFault"/>).</summary>
    [Id(1)]
    public required string Key { get; init; }

    /// <summary>The JSON text of the value for <see cref="OperationKind.Set"/>; not looked at otherwise.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>What must hold for this operation to be applied.</summary>
    [Id(3)]
    public PreconditionKind Precondition { get; init; }

    /// <summary>The version that <see cref="PreconditionKind.Version"/> asks for.</summary>
    [Id(4)]
    public long ExpectedVersion { get; init; }

    /// <summary>When the entry ends, in microseconds since the Unix epoch; 0 for never.</summary>
    [Id(5)]
    public long ExpiresAtMicros { get; init; }
}

/// <summary>Operations for one collection, applied in order, in one turn and with one write to flash.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.WriteBatch")]
public sealed class WriteBatch
{
    /// <summary>The operations in order, 1 to <see cref="NameRules.MaxBatchOperations"/> of them.</summary>
    [Id(0)]
    public required Operation[] Operations { get; init; }

    /// <summary>
    /// <see langword="true"/>: one refused operation refuses them all and nothing changes, also across a power cut.
    /// <see langword="false"/>: each stands on its own.
    /// </summary>
    [Id(1)]
    public bool Atomic { get; init; }
}

/// <summary>What became of one <see cref="Operation"/>.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.WriteResult")]
public sealed class WriteResult(Refusal? refusal, long version, bool existed)
{
    /// <summary>Why the operation was not carried out; <see langword="null"/> when it is done and durable.</summary>
    [Id(0)]
    public Refusal? Refusal { get; } = refusal;

    /// <summary>The version that the write gave the key; 0 for a refusal and for a delete of a key that was not there.</summary>
    [Id(1)]
    public long Version { get; } = version;

    /// <summary>Whether the key had a value before.</summary>
    [Id(2)]
    public bool Existed { get; } = existed;
}
