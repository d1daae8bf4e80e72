using System.Globalization;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>Where the service is told to listen.</summary>
internal static class ListenAddresses
{
    /// <summary>Where the service listens when nobody says where.</summary>
    public const string Default = "http://localhost:8080";

    /// <summary>Whether Kestrel's own section says where to listen.</summary>
    public static bool AreKestrels(IConfiguration configuration) => configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();

    /// <summary>The same address at another port; <see langword="null"/> for a socket file, which has none.</summary>
    public static string? WithPort(string text, int port)
    {
        var address = BindingAddress.Parse(text);
        return address.IsUnixPipe ? null : string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{address.Host}:{port}");
    }
}
