using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Simulations;

/// <summary>What surrounds a run.</summary>
/// <param name="WarmUp">How long the load runs before it counts.</param>
/// <param name="Progress">Where to say how far it is.</param>
/// <param name="Usage">What the service takes meanwhile; null when its process cannot be seen.</param>
internal sealed record RunSetup(TimeSpan WarmUp, ProgressLine Progress, ServiceUsage? Usage);
