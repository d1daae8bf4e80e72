using System.Net;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>Where the service may listen: on loopback, and beyond it only with a token or when told to let everyone in.</summary>
public static class ListenRules
{
    /// <summary>Whether this is an address that Kestrel can be given.</summary>
    public static bool IsAddress(string address) => TryParse(address, out _);

    /// <summary>Whether only this machine can reach it.</summary>
    public static bool IsLocal(string address) => TryParse(address, out var binding) && IsLoopback(binding);

    /// <summary>The addresses of <see cref="ApiOptions.Listen"/>.</summary>
    internal static string[] Addresses(ApiOptions options) =>
        options.Listen.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What is wrong with them, as a sentence.</summary>
    internal static string? Fault(ApiOptions options)
    {
        var addresses = Addresses(options);
        if (addresses.Length == 0)
        {
            return "Http:Listen is empty: it must name an address like http://localhost:8080";
        }

        foreach (var address in addresses)
        {
            if (!IsAddress(address))
            {
                return $"Http:Listen has '{address}': an address is like http://localhost:8080";
            }

            if (!IsLocal(address) && string.IsNullOrEmpty(options.Token) && !options.AllowAnonymous)
            {
                return $"Http:Listen is '{address}', which others can reach: set Http:Token, or Http:AllowAnonymous=true to let everyone in";
            }
        }

        return null;
    }

    private static bool TryParse(string address, out BindingAddress binding)
    {
        try
        {
            binding = BindingAddress.Parse(address);
            return binding.Scheme is "http" or "https" && binding.PathBase.Length == 0 && binding.Port is >= 0 and <= IPEndPoint.MaxPort && IsHost(binding);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            binding = null!;
            return false;
        }
    }

    // A port that is no number ends up in the host, and would bind every address at port 80.
    private static bool IsHost(BindingAddress address) =>
        address.IsUnixPipe || address.Host is "*" or "+" || Uri.CheckHostName(address.Host) != UriHostNameType.Unknown;

    // Kestrel takes a host name that it does not know for every address there is, so only these are surely local.
    private static bool IsLoopback(BindingAddress address) =>
        address.IsUnixPipe
        || string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
