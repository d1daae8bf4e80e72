namespace EdgeOrleans.Silo.Site;

/// <summary>
/// Who this data is at the site. It is kept in the SQLite file, with the data that it is the identity of: whoever has lost the one has
/// lost the other, and can then not take the site's copy for its own.
/// </summary>
internal sealed record DeviceRecord
{
    // Four days and more, when each is used for an hour; 4 KB to write at each change.
    private const int MaxClaims = 100;

    /// <summary>The name that the rows are stored under at the site; random, made once.</summary>
    public required string Id { get; init; }

    /// <summary>What the machine was known by when the id was made: see <see cref="MachineMarks"/>.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    /// <summary>
    /// The claims that this data gave the site, newest last; none before the first connection. The last may not have got there, and an
    /// older one is there again when the site was put back to an earlier state.
    /// </summary>
    public IReadOnlyList<string> Claims { get; init; } = [];

    /// <summary>Collections that the site was found to know more of: they are left alone there until an operator decides.</summary>
    public IReadOnlyList<string> Ahead { get; init; } = [];

    /// <summary>The same with a new claim, which is <c>Claims[^1]</c>.</summary>
    public DeviceRecord WithNewClaim() => this with { Claims = [.. Claims.TakeLast(MaxClaims - 1), Guid.NewGuid().ToString("N")] };

    /// <summary>A record for data that has not been mirrored.</summary>
    public static DeviceRecord New(IReadOnlyDictionary<string, string> machine) => new() { Id = Guid.NewGuid().ToString("N"), Machine = machine };
}
