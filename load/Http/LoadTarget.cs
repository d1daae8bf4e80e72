using System.Net;
using System.Net.Sockets;

namespace EdgeOrleans.Load.Http;

/// <summary>The service that is put under load.</summary>
internal sealed class LoadTarget
{
    private LoadTarget(IPEndPoint endPoint, string host)
    {
        EndPoint = endPoint;
        Host = host;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What requests say in their Host header.</summary>
    public string Host { get; }

    /// <summary>Looks the address up, once.</summary>
    /// <exception cref="LoadFault">There is no such host.</exception>
    public static async Task<LoadTarget> Find(Uri address)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(address.DnsSafeHost, out var given) ? [given] : await Dns.GetHostAddressesAsync(address.DnsSafeHost);
        }
        catch (SocketException fault)
        {
            throw new LoadFault($"There is no host {address.DnsSafeHost}: {fault.Message}", fault);
        }

        var first = Array.Find(addresses, static a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        return new LoadTarget(new IPEndPoint(first, address.Port), address.Authority);
    }

    public HttpConnection Connect() => new(EndPoint);

    public RequestBuffer Requests() => new(Host);
}
