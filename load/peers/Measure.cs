namespace EdgeOrleans.Load.Peers;

/// <summary>One load that every peer gets.</summary>
internal sealed record Measure(string Kind, int Connections)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Measure> All { get; } = [new("get", 1), new("get", 16), new("set", 1), new("set", 16), new("set", 64)];

    public string Name => $"{(Kind == "get" ? "GET hit" : "durable SET")}, {Connections} {(Connections == 1 ? "connection" : "connections")}";
}

/// <summary>What one round of a measure showed.</summary>
internal sealed record Sample(double RatePerSecond, double P50Ms, double P99Ms, double CpuSecondsPerThousand, double? DeviceBytes, long Errors)
{
    /// <summary>The median of each figure, and all errors.</summary>
    public static Sample Median(IReadOnlyList<Sample> rounds) => new(
        Middle(rounds.Select(static s => s.RatePerSecond)),
        Middle(rounds.Select(static s => s.P50Ms)),
        Middle(rounds.Select(static s => s.P99Ms)),
        Middle(rounds.Select(static s => s.CpuSecondsPerThousand)),
        rounds.All(static s => s.DeviceBytes is not null) ? Middle(rounds.Select(static s => s.DeviceBytes!.Value)) : null,
        rounds.Sum(static s => s.Errors));

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
