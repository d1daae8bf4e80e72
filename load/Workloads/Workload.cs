using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>What is asked, whatever the rate.</summary>
internal abstract class Workload
{
    /// <summary>The kinds of requests, which are measured each on its own.</summary>
    public abstract IReadOnlyList<string> Steps { get; }

    /// <summary>Writes what the requests need to be there.</summary>
    public virtual Task Prepare(LoadTarget target) => Task.CompletedTask;

    /// <summary>One user with one connection.</summary>
    /// <param name="target">The service.</param>
    /// <param name="index">0 for the first.</param>
    /// <param name="count">How many users there are.</param>
    public abstract User CreateUser(LoadTarget target, int index, int count);
}
