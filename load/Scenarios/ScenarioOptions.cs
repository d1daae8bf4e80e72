namespace EdgeOrleans.Load.Scenarios;

/// <summary>What the command line said.</summary>
internal sealed record ScenarioOptions
{
    /// <summary>The service to measure; not used when <see cref="Service"/> is given.</summary>
    public required Uri Address { get; init; }

    /// <summary>The binary of a service to start, or null.</summary>
    public string? Service { get; init; }

    /// <summary>Requests a second, or null for what the scenario itself does.</summary>
    public int? Rate { get; init; }

    /// <summary>Users, or null for as many as the scenario itself has.</summary>
    public int? Users { get; init; }

    /// <summary>How long, or null for as long as the scenario itself takes.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How long the load runs before it counts.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The p99 that must not be passed.</summary>
    public required double P99Ms { get; init; }

    /// <summary>The most keys that the scenarios <c>scale</c> and <c>soak</c> go to.</summary>
    public required int Keys { get; init; }
}
