namespace EdgeOrleans.Load.Recording;

/// <summary>What became of one kind of request. Latencies are those of right answers, in milliseconds.</summary>
internal sealed record StepResult
{
    public required string Name { get; init; }

    /// <summary>Right answers.</summary>
    public required long Count { get; init; }

    public required double RatePerSecond { get; init; }

    public required double P50Ms { get; init; }

    public required double P90Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double P999Ms { get; init; }

    public required double MaxMs { get; init; }

    public required long ErrorCount { get; init; }

    /// <summary>How many of each kind: status and code, or what happened to the connection.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    public required IReadOnlyList<LatencyPoint> Distribution { get; init; }

    public required IReadOnlyList<TimelinePoint> Timeline { get; init; }
}

/// <summary>So many percent of the answers took at most so long.</summary>
internal sealed record LatencyPoint(double Percent, double Ms);

/// <summary>One interval of a run, named by its end.</summary>
internal sealed record TimelinePoint(double AtSecond, double RatePerSecond, double P50Ms, double P99Ms, double MaxMs, long Errors);
