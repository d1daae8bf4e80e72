using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Scenarios;

/// <summary>What can be run by its name.</summary>
internal abstract class Scenario(string name, string summary)
{
    public string Name => name;

    public string Summary => summary;

    /// <summary>Whether it starts, stops or confines the service itself, and so must be given the binary.</summary>
    public virtual bool NeedsService => false;

    /// <exception cref="OperationCanceledException">It was given up; what it started has ended.</exception>
    /// <exception cref="LoadFault">Nothing could be measured.</exception>
    public abstract Task<ScenarioResult> Run(ScenarioOptions options, ProgressLine progress, CancellationToken ct);
}
