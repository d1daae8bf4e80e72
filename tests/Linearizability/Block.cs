namespace EdgeOrleans.Linearizability;

/// <summary>
/// Operations that stand together in any order that explains a history: a write with the strong reads of its value, since no other value
/// can come between; or one read of nothing, which does not say what left nothing there.
/// </summary>
internal sealed class Block
{
    public const long Never = long.MaxValue;

    private Block(IReadOnlyList<Operation> operations, long latest)
    {
        Operations = operations;
        Begin = operations.Max(static o => o.Begin);
        Latest = latest;
    }

    /// <summary>In their order.</summary>
    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Before this it cannot all have been carried out.</summary>
    public long Begin { get; }

    /// <summary>From this on something of it has been carried out for certain; <see cref="Never"/> when it may never be.</summary>
    public long Latest { get; }

    public bool IsMandatory => Latest != Never;

    public long Value => Operations[0].Value;

    public bool IsRead => Operations[0].Kind != OperationKind.Write;

    /// <summary>The write of a value, and who saw it. Null when it may as well never have been.</summary>
    public static Block? OfValue(Operation write, IReadOnlyCollection<Operation> reads)
    {
        // A plain read says that the write was carried out, and no more.
        var ends = reads.Select(static read => read.End).ToList();
        if (write.Outcome == Outcome.Acknowledged)
        {
            ends.Add(write.End);
        }

        return ends.Count == 0
            ? null
            : new Block([write, .. reads.Where(static read => read.Kind == OperationKind.StrongRead).OrderBy(static read => read.End)], ends.Min());
    }

    public static Block OfDelete(Operation delete) => new([delete], delete.Outcome == Outcome.Acknowledged ? delete.End : Never);

    public static Block OfNothing(Operation read) => new([read], read.End);
}
