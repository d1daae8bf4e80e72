using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace EdgeOrleans.Api;

/// <summary>
/// Gives a body to the errors that the server answers by itself, before a request reaches the gateway: a target with <c>%00</c>,
/// no <c>Host</c>, headers too long or too slow. It offers no other place for that than the connection's output.
/// </summary>
internal static class ServerRejections
{
    public static async Task Run(ConnectionContext connection, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        connection.Transport = new Pipes(transport.Input, new RejectionWriter(transport.Output));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    private sealed class Pipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
