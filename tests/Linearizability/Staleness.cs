namespace EdgeOrleans.Linearizability;

/// <summary>How old what plain reads show is.</summary>
public static class Staleness
{
    /// <summary>
    /// The longest time that a plain read began after the answer to a write newer than what it shows; 0 when all show the newest.
    /// </summary>
    /// <param name="history">All operations of a key.</param>
    /// <param name="order">The order that <see cref="KeyHistory.Judge"/> found.</param>
    public static long Longest(IEnumerable<Operation> history, IReadOnlyList<Operation> order)
    {
        var writes = order.Where(static o => o.Kind == OperationKind.Write).ToArray();

        // By the last place of each value in the order: when the first answer to any newer write was there.
        var newerSince = new Dictionary<long, long>();
        var newer = long.MaxValue;
        foreach (var write in writes.Reverse())
        {
            newerSince.TryAdd(write.Value, newer);
            if (write.Outcome == Outcome.Acknowledged)
            {
                newer = Math.Min(newer, write.End);
            }
        }

        newerSince.TryAdd(Operation.Absent, newer);
        return history
            .Where(static o => o is { Kind: OperationKind.PlainRead, Outcome: Outcome.Acknowledged })
            .Select(read => Math.Max(0, read.Begin - newerSince.GetValueOrDefault(read.Value, long.MaxValue)))
            .DefaultIfEmpty(0)
            .Max();
    }
}
