using System.Globalization;
using System.Net;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>What can be told of an address to listen on before it is bound.</summary>
internal static class ListenAddresses
{
    /// <summary>Where the service listens when nobody says where.</summary>
    public const string Default = "http://localhost:8080";

    /// <summary>Whether this is an address that Kestrel can be given.</summary>
    public static bool IsAddress(string text) => TryParse(text, out _);

    /// <summary>Whether only this machine can reach it. A host name other than <c>localhost</c> binds every interface.</summary>
    public static bool IsLocal(string text)
    {
        if (!TryParse(text, out var address))
        {
            return false;
        }

        return address.IsUnixPipe
            || string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>The same address at another port.</summary>
    public static string WithPort(string text, int port)
    {
        var address = BindingAddress.Parse(text);
        return string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{address.Host}:{port}");
    }

    private static bool TryParse(string text, out BindingAddress address)
    {
        address = null!;
        try
        {
            var parsed = BindingAddress.Parse(text);
            if (parsed.Scheme is not ("http" or "https") || parsed.PathBase.Length > 0 || parsed.Port is < 0 or > 65_535 || !IsHost(parsed))
            {
                return false;
            }

            address = parsed;
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // A port that is no number ends up in the host, and would bind every interface at port 80.
    private static bool IsHost(BindingAddress address) =>
        address.IsUnixPipe || address.Host is "*" or "+" || Uri.CheckHostName(address.Host) != UriHostNameType.Unknown;
}
