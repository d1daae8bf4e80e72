using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EdgeOrleans;

/// <summary>A client found no gateway of its cluster that takes it.</summary>
public sealed class ConnectFailedException : Exception
{
    internal ConnectFailedException(KeyValueClientOptions options, Exception lastFault)
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"No gateway of the cluster '{options.ClusterId}' took this client within {options.ConnectLimit.TotalSeconds} s. {Reason(lastFault)}"),
            lastFault)
    {
    }

    private static string Reason(Exception lastFault)
    {
        for (var fault = lastFault; fault is not null; fault = fault.InnerException)
        {
            if (fault is TlsException)
            {
                return fault.Message;
            }
        }

        // By TLS 1.3 a client is done with the handshake before its certificate is looked at, and sees a connection that ends: while it
        // reads, or while it writes.
        var cause = lastFault.GetBaseException();
        return cause is ConnectionAbortedException or InvalidOperationException
            or SocketException { SocketErrorCode: SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted }
            ? $"{cause.Message.TrimEnd('.')}. A gateway ends a connection when the client names another cluster, has no TLS, or shows a certificate that it does not take; its log says so of the last two."
            : cause.Message;
    }
}
