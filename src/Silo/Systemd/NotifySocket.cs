using System.Net.Sockets;
using System.Text;

namespace EdgeOrleans.Silo.Systemd;

/// <summary>Tells systemd of the service's state (sd_notify): one datagram for each message to the socket that systemd names.</summary>
internal sealed class NotifySocket : IDisposable
{
    // A manager whose queue is full is busy for a moment; one that never reads must not hold up the service.
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
    private readonly UnixDomainSocketEndPoint _manager;

    /// <param name="path">A path, or a name in the abstract namespace, which begins with <c>@</c>.</param>
    public NotifySocket(string path) =>
        _manager = new UnixDomainSocketEndPoint(path.StartsWith('@') ? '\0' + path[1..] : path);

    /// <summary>Sends lines such as <c>READY=1</c>. A manager that has gone does not end the service.</summary>
    public void Send(params ReadOnlySpan<string> lines)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(string.Join('\n', lines!)), _manager);
        }
        catch (SocketException)
        {
            // systemd judges by what arrives.
        }
    }

    public void Dispose() => _socket.Dispose();
}
