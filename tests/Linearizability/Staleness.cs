namespace EdgeOrleans.Linearizability;

/// <summary>How old what plain reads show is.</summary>
public static class Staleness
{
    /// <summary>
    /// The longest time that a plain read began after the answer to a write that is newer for certain than what it shows: one that began
    /// when the shown one was known to have been carried out. 0 when there is none.
    /// </summary>
    public static long Longest(IReadOnlyCollection<Operation> history)
    {
        var acknowledged = history.Where(static o => o.Outcome == Outcome.Acknowledged).ToArray();
        var knownSince = acknowledged.Where(static o => o.Value != Operation.Absent).GroupBy(static o => o.Value).ToDictionary(static g => g.Key, static g => g.Min(static o => o.End));
        var deletes = history.Where(static o => o is { Kind: OperationKind.Write, Value: Operation.Absent, Outcome: not Outcome.Refused }).ToArray();
        var writes = acknowledged.Where(static o => o.Kind == OperationKind.Write).OrderBy(static o => o.End).ToArray();
        return acknowledged.Where(static o => o.Kind == OperationKind.PlainRead).Select(StalenessOf).DefaultIfEmpty(0).Max();

        long StalenessOf(Operation read)
        {
            // Nothing is there since any of the deletes that were sent by then, the last of them perhaps.
            var since = read.Value != Operation.Absent
                ? knownSince[read.Value]
                : deletes.Where(delete => delete.Begin <= read.End).Select(static delete => delete.Outcome == Outcome.Acknowledged ? delete.End : Block.Never).DefaultIfEmpty(-1).Max();
            var newer = Array.Find(writes, write => write.Begin > since);
            return newer is null ? 0 : Math.Max(0, read.Begin - newer.End);
        }
    }
}
