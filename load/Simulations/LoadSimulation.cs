namespace EdgeOrleans.Load.Simulations;

/// <summary>How the load comes.</summary>
internal abstract record LoadSimulation(int Users)
{
    /// <summary>In words.</summary>
    public abstract string Description { get; }

    /// <summary>The same kind of load, run for so long only: what a warm-up is.</summary>
    public abstract LoadSimulation For(TimeSpan duration);
}

/// <summary>
/// Open loop: requests are due at a fixed rate, whether earlier ones are answered or not, and are measured from when they were
/// due. So a stall counts for all who would have asked during it.
/// </summary>
internal sealed record Inject(int RatePerSecond, int Users, TimeSpan Duration) : LoadSimulation(Users)
{
    public override string Description => $"{RatePerSecond} requests/s over {Users} connections for {Duration.TotalSeconds:0.#} s";

    public override LoadSimulation For(TimeSpan duration) => this with { Duration = duration };
}

/// <summary>Closed loop: each user asks again as soon as it is answered.</summary>
internal sealed record KeepUsers(int Users, TimeSpan Duration) : LoadSimulation(Users)
{
    public override string Description => $"{Users} {(Users == 1 ? "user" : "users")} for {Duration.TotalSeconds:0.#} s";

    public override LoadSimulation For(TimeSpan duration) => this with { Duration = duration };
}

/// <summary>Closed loop until so many requests are sent.</summary>
internal sealed record Iterations(int Count, int Users) : LoadSimulation(Users)
{
    public override string Description => $"{Count} requests over {Users} connections";

    public override LoadSimulation For(TimeSpan duration) => new KeepUsers(Users, duration);
}
