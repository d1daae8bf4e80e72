using System.Net;
using System.Net.Sockets;
using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Health;

/// <summary>Where to ask a service that listens somewhere, from the same machine.</summary>
/// <param name="EndPoint">What to connect to.</param>
/// <param name="Host">What to ask for.</param>
/// <param name="IsHttps">Whether it speaks TLS.</param>
internal sealed record HealthAddress(EndPoint EndPoint, string Host, bool IsHttps)
{
    /// <summary>The first address of the service's options.</summary>
    /// <exception cref="StartFault">It has a port that only the running service knows.</exception>
    public static HealthAddress Of(ServiceOptions options)
    {
        var address = BindingAddress.Parse(options.Addresses[0]);
        var isHttps = address.Scheme == "https";
        if (address.IsUnixPipe)
        {
            return new(new UnixDomainSocketEndPoint(address.UnixPipePath), "localhost", isHttps);
        }

        if (address.Port == 0)
        {
            throw new StartFault(ExitCode.Fault, $"{options.Addresses[0]} leaves the port to the system: give it one to ask for its health.");
        }

        // What listens on every address listens on loopback too; by name, both of its families are tried.
        return IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)
            ? new(new IPEndPoint(Loopback(ip), address.Port), address.Host, isHttps)
            : new(new DnsEndPoint("localhost", address.Port), "localhost", isHttps);
    }

    private static IPAddress Loopback(IPAddress ip) =>
        ip.Equals(IPAddress.Any) ? IPAddress.Loopback : ip.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : ip;
}
