using System.Text.Json.Serialization;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// Who this data is at the site. It is kept in the SQLite file, with the data that it is the identity of: whoever has lost the one has
/// lost the other, and can then not take the site's copy for its own.
/// </summary>
internal sealed record DeviceRecord
{
    /// <summary>The name that the rows are stored under at the site; random, made once.</summary>
    public required string Id { get; init; }

    /// <summary>What the machine was known by when the id was made: see <see cref="MachineMarks"/>.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    /// <summary>The claim that the site is known to hold of this data; <see langword="null"/> before the first connection.</summary>
    public string? Claim { get; init; }

    /// <summary>The claim that was about to take its place.</summary>
    public string? NextClaim { get; init; }

    /// <summary>Collections that the site was found to know more of: they are left alone there until an operator decides.</summary>
    public IReadOnlyList<string> Ahead { get; init; } = [];

    /// <summary>A record for data that has not been mirrored.</summary>
    public static DeviceRecord New(IReadOnlyDictionary<string, string> machine) => new() { Id = Guid.NewGuid().ToString("N"), Machine = machine };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeviceRecord))]
internal sealed partial class DeviceRecordJson : JsonSerializerContext;
