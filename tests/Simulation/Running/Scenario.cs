using EdgeOrleans.Simulation.Cluster;
using EdgeOrleans.Simulation.Journals;
using EdgeOrleans.Simulation.Services;
using EdgeOrleans.Simulation.Targets;

namespace EdgeOrleans.Simulation.Running;

/// <summary>A kind of world that a seed can play out.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Play">Plays one seed to its end; throws when a promise was broken, or when the code under test fell over.</param>
internal sealed record Scenario(string Name, Action<SeedRun> Play)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("journal", JournalWorld.Play), new("targets", TargetsWorld.Play), new("service", ServiceWorld.Play), new("cluster", ClusterWorld.Play),
    ];

    /// <summary>The one of this name.</summary>
    public static Scenario Of(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new ArgumentException($"no scenario '{name}'; there are {string.Join(", ", All.Select(scenario => scenario.Name))}");
}
