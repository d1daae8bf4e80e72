using System.Globalization;
using System.Text;

namespace EdgeOrleans.Simulation.Judgement;

/// <summary>What is known of a write that a client sent.</summary>
internal enum WriteState
{
    /// <summary>No answer yet, or one that says that the outcome is unknown, or the process died first.</summary>
    InDoubt,

    /// <summary>Acknowledged, or seen by a reader, which is as good.</summary>
    Held,

    /// <summary>Refused, or looked for after a recovery and not found: it must never show.</summary>
    Void,
}

/// <summary>What a client wants to do to one key.</summary>
internal readonly record struct Wish(
    OperationKind Kind, string Key, int ValueBytes = 0, PreconditionKind Precondition = PreconditionKind.None, long ExpectedVersion = 0);

/// <summary>One operation of a client on one key, from the moment it is sent.</summary>
internal sealed class SentWrite(VersionedKey key, Wish wish, int id, int process, long sentAt)
{
    public VersionedKey Key => key;

    /// <summary>Different for every write of a seed; the value carries it.</summary>
    public int Id => id;

    /// <summary>The process it was sent to.</summary>
    public int Process => process;

    /// <summary>When it was sent, in steps of the oracle.</summary>
    public long SentAt => sentAt;

    /// <summary>When it was answered, whatever the answer; not yet while it is at its greatest.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    /// <summary>When it was first known to hold.</summary>
    public long HeldAt { get; set; } = long.MaxValue;

    public WriteState State { get; set; }

    /// <summary>The version it was given, once known.</summary>
    public long Version { get; set; }

    /// <summary>Whether the key was known to be absent after it, before anything newer was set.</summary>
    public bool WasRemoved { get; set; }

    /// <summary>The greatest version of the collection that anyone had been told when this was sent.</summary>
    public long ToldVersion { get; } = key.Collection.ToldVersion;

    /// <summary>The other operations of its atomic batch, itself included; empty for others.</summary>
    public SentWrite[] Siblings { get; set; } = [];

    public bool IsDelete => wish.Kind == OperationKind.Delete;

    public PreconditionKind Precondition => wish.Precondition;

    public long ExpectedVersion => wish.ExpectedVersion;

    /// <summary>JSON that no other write of this seed has: its first member is the write's number.</summary>
    public ReadOnlyMemory<byte> Value { get; } = wish.Kind == OperationKind.Delete ? default : MakeValue(id, wish.ValueBytes);

    /// <summary>The number that a value carries; 0 when it carries none.</summary>
    public static int NumberIn(ReadOnlySpan<byte> value)
    {
        var id = 0;
        for (var i = 5; i < value.Length && value[i] is >= (byte)'0' and <= (byte)'9'; i++)
        {
            id = (id * 10) + (value[i] - '0');
        }

        return id;
    }

    public Operation ToOperation() => new()
    {
        Kind = wish.Kind,
        Key = wish.Key,
        Value = Value,
        Precondition = wish.Precondition,
        ExpectedVersion = wish.ExpectedVersion,
    };

    public override string ToString() =>
        $"#{id} {(IsDelete ? "delete" : "set")} {key.Collection.Key} '{key.Key}'{(Version == 0 ? "" : $" v{Version}")}";

    private static byte[] MakeValue(int id, int bytes)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{id}");
        return Encoding.UTF8.GetBytes(bytes > text.Length + 8
            ? $"{text},\"x\":\"{new string((char)('a' + (id % 26)), bytes - text.Length - 8)}\"}}"
            : text + "}");
    }
}
