namespace EdgeOrleans;

/// <summary>What must hold of a key for a write to be made.</summary>
public readonly struct KeyCondition
{
    private KeyCondition(PreconditionKind kind, long version)
    {
        Kind = kind;
        ExpectedVersion = version;
    }

    /// <summary>Nothing: the write is always made.</summary>
    public static KeyCondition None => default;

    /// <summary>The key exists, with whatever version.</summary>
    public static KeyCondition Exists => new(PreconditionKind.Exists, 0);

    /// <summary>The key does not exist.</summary>
    public static KeyCondition Absent => new(PreconditionKind.Absent, 0);

    /// <summary>What kind of condition.</summary>
    public PreconditionKind Kind { get; }

    /// <summary>The version that <see cref="Version"/> asks for.</summary>
    public long ExpectedVersion { get; }

    /// <summary>The key exists with exactly this version: nobody has written it since it was read.</summary>
    public static KeyCondition Version(long version) => new(PreconditionKind.Version, version);
}
