namespace EdgeOrleans.Linearizability;

/// <summary>What a history shows.</summary>
/// <param name="Fault">Why it cannot be; <see langword="null"/> when it can.</param>
/// <param name="Order">The writes and strong reads in an order that explains it, when there is one.</param>
public sealed record Verdict(string? Fault, IReadOnlyList<Operation> Order);
