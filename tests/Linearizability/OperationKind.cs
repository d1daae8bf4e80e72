namespace EdgeOrleans.Linearizability;

/// <summary>What a client asked of a key.</summary>
public enum OperationKind
{
    /// <summary>To hold a value, or none: a delete writes <see cref="Operation.Absent"/>.</summary>
    Write,

    /// <summary>What it holds at some moment between the question and the answer.</summary>
    StrongRead,

    /// <summary>What it held at some time, maybe a little earlier: durable, but not always the newest.</summary>
    PlainRead,
}
