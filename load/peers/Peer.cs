namespace EdgeOrleans.Load.Peers;

/// <summary>One of those that are measured side by side.</summary>
internal sealed record Peer
{
    /// <summary>As <c>peers.lua</c> calls it.</summary>
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>What must be there, by full path or on the search path.</summary>
    public required IReadOnlyList<string> Binaries { get; init; }

    /// <summary>How to come by it.</summary>
    public required string Install { get; init; }

    /// <summary>Whether what it has answered survives a power cut.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>Its processes in the order of their start, by a directory for its data and the port to serve on.</summary>
    public required Func<string, int, IReadOnlyList<PeerCommand>> Commands { get; init; }

    /// <summary>What is not there; null when all is.</summary>
    public string? Missing => Binaries.FirstOrDefault(static binary => Path.IsPathRooted(binary) ? !File.Exists(binary) : !IsOnPath(binary));

    private static bool IsOnPath(string binary) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, binary)));
}

/// <summary>A process of a peer.</summary>
internal sealed record PeerCommand(string Binary, IReadOnlyList<string> Arguments);
