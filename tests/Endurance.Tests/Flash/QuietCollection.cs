namespace EdgeOrleans.Endurance.Tests.Flash;

/// <summary>Tests that measure time have the machine to themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QuietCollection
{
    public const string Name = "quiet";
}
