using System.Net;
using System.Net.Sockets;

namespace EdgeOrleans.ServiceHarness;

/// <summary>For services that must be told their port; all others listen on port 0 and say which one they got.</summary>
public static class FreePort
{
    /// <summary>A port of the loopback address that nobody listened on a moment ago.</summary>
    public static int Find()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
