namespace EdgeOrleans.Load.Services;

/// <summary>How to start a service.</summary>
/// <param name="Binary">What to run.</param>
internal sealed record ServiceStart(string Binary)
{
    /// <summary>Options by their names, as in <c>Testing:FlushDelayMs</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>A command that runs the binary which is appended to it, in the same process.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];
}
