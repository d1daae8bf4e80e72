using System.Runtime.CompilerServices;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>
/// The two editions of one program: <c>device</c>, one native file, and <c>site</c>, which also runs by <c>dotnet run</c>.
/// What one of them lacks is refused by name.
/// </summary>
internal static class Edition
{
    /// <summary>Whether this is the device edition.</summary>
    public static bool IsDevice => !RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>What is asked for that only the other edition has, as a sentence; <see langword="null"/> when there is nothing.</summary>
    public static string? Fault(IConfiguration configuration) =>
        IsDevice && Protocols(configuration).FirstOrDefault(static setting => setting.Value is { Length: > 0 } and not "Http1") is { } setting
            ? $"{setting.Path} is '{setting.Value}', but the device edition speaks HTTP/1.1 alone, Http1: the site edition has the others."
            : null;

    private static IEnumerable<IConfigurationSection> Protocols(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Append(configuration.GetSection("Kestrel:EndpointDefaults"))
            .Select(static endpoint => endpoint.GetSection("Protocols"));
}
