using System.Globalization;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>Where the service listens when nobody says otherwise.</summary>
internal static class ListenAddresses
{
    /// <summary>Where the service listens when nobody says where.</summary>
    public const string Default = "http://localhost:8080";

    /// <summary>The same address at another port.</summary>
    public static string WithPort(string text, int port)
    {
        var address = BindingAddress.Parse(text);
        return string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{address.Host}:{port}");
    }
}
