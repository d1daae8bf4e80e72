namespace EdgeOrleans.Linearizability;

/// <summary>
/// All that clients asked of one key, absent at first, and the judgement whether a single copy could have answered so: whether its
/// writes and strong reads are linearizable, and its plain reads show nothing that was not carried out.
/// </summary>
public static class KeyHistory
{
    /// <summary>Judges a history that is over: nothing of it still waits for an answer.</summary>
    /// <returns>Why it cannot be; <see langword="null"/> when it can.</returns>
    public static string? FaultOf(IReadOnlyCollection<Operation> history)
    {
        var reads = history.Where(static o => o.Kind != OperationKind.Write && o.Outcome == Outcome.Acknowledged).ToArray();
        var writes = history.Where(static o => o.Kind == OperationKind.Write).ToArray();
        return FaultOfValues(reads, writes) ?? new OrderSearch(Blocks(reads, writes)).Run();
    }

    private static IEnumerable<Block> Blocks(Operation[] reads, Operation[] writes)
    {
        var readsOf = reads.ToLookup(static read => read.Value);
        foreach (var write in writes.Where(static write => write.Outcome != Outcome.Refused))
        {
            if (write.Value == Operation.Absent)
            {
                yield return Block.OfDelete(write);
            }
            else if (Block.OfValue(write, [.. readsOf[write.Value]]) is { } block)
            {
                yield return block;
            }
        }

        foreach (var read in readsOf[Operation.Absent].Where(static read => read.Kind == OperationKind.StrongRead))
        {
            yield return Block.OfNothing(read);
        }
    }

    private static string? FaultOfValues(Operation[] reads, Operation[] writes)
    {
        var writeOf = new Dictionary<long, Operation>();
        foreach (var write in writes.Where(static write => write.Value != Operation.Absent))
        {
            if (!writeOf.TryAdd(write.Value, write))
            {
                throw new ArgumentException($"{write.Value} is written twice, so no read says which write it saw.", nameof(writes));
            }
        }

        foreach (var read in reads.Where(static read => read.Value != Operation.Absent))
        {
            if (!writeOf.TryGetValue(read.Value, out var write))
            {
                return $"shows what was never written: {read}";
            }

            if (write.Outcome == Outcome.Refused)
            {
                return $"shows what was refused: {read} of {write}";
            }

            if (read.End < write.Begin)
            {
                return $"shows what is written only later: {read} of {write}";
            }
        }

        return null;
    }
}
