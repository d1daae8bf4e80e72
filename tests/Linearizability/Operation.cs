namespace EdgeOrleans.Linearizability;

/// <summary>One call of one client to one key. Times are of one clock, in ticks of any length.</summary>
/// <param name="Kind">What was asked.</param>
/// <param name="Value">What was written or read. Each value but <see cref="Absent"/> is written once at most.</param>
/// <param name="Begin">When it was sent.</param>
/// <param name="End">When its answer was there, or its client gave up.</param>
/// <param name="Outcome">What the client knows of it.</param>
public sealed record Operation(OperationKind Kind, long Value, long Begin, long End, Outcome Outcome = Outcome.Acknowledged)
{
    /// <summary>What a key holds before its first write and after a delete.</summary>
    public const long Absent = 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Begin}..{End} {Kind} {(Value == Absent ? "nothing" : Value)}{(Outcome == Outcome.Acknowledged ? "" : $" {Outcome}")}";
}
