using System.Globalization;
using EdgeOrleans.Linearizability;

namespace EdgeOrleans.Cluster.Tests.Traffic;

/// <summary>One request of a client and what came of it.</summary>
/// <param name="Gateway">The number of the member that was asked.</param>
/// <param name="Collection">The collection.</param>
/// <param name="Key">The key.</param>
/// <param name="Operation">What was asked and what the client knows of it, in times of <see cref="Moment"/>.</param>
/// <param name="Answer">The status with its code, or what happened instead of an answer.</param>
/// <param name="Message">What was said about it.</param>
internal sealed record Attempt(int Gateway, string Collection, string Key, Operation Operation, string Answer, string Message)
{
    public bool IsServed => Operation.Outcome == Outcome.Acknowledged;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Operation.Begin / 1e6:0.000} {(Operation.End - Operation.Begin) / 1e6:0.000} s at {Gateway} {Operation.Kind} {Collection}/{Key}: {Answer} {Operation.Outcome} {Message}");
}
