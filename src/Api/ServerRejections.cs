using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeOrleans.Api;

/// <summary>
/// Gives a body to the errors that the server answers by itself, before a request reaches the gateway: a target with <c>%00</c>,
/// no <c>Host</c>, headers too long or too slow. It offers no other place for that than the connection's output.
/// </summary>
internal static class ServerRejections
{
    public static Task Run(ConnectionContext connection, ConnectionDelegate next) => next(new WatchedConnection(connection));

    /// <summary>
    /// The connection, but whatever transport is put into it is watched. TLS is added after this and puts in one of its own,
    /// which holds the plain text. The server disposes of the connection itself.
    /// </summary>
    private sealed class WatchedConnection : ConnectionContext
    {
        private readonly ConnectionContext _connection;
        private IDuplexPipe _transport;

        public WatchedConnection(ConnectionContext connection)
        {
            _connection = connection;
            _transport = new Pipes(connection.Transport.Input, new RejectionWriter(connection.Transport.Output));
        }

        public override IDuplexPipe Transport
        {
            get => _transport;
            set => _transport = value is Pipes ? value : new Pipes(value.Input, new RejectionWriter(value.Output));
        }

        public override string ConnectionId
        {
            get => _connection.ConnectionId;
            set => _connection.ConnectionId = value;
        }

        public override IFeatureCollection Features => _connection.Features;

        public override IDictionary<object, object?> Items
        {
            get => _connection.Items;
            set => _connection.Items = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => _connection.ConnectionClosed;
            set => _connection.ConnectionClosed = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => _connection.LocalEndPoint;
            set => _connection.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => _connection.RemoteEndPoint;
            set => _connection.RemoteEndPoint = value;
        }

        public override void Abort() => _connection.Abort();

        public override void Abort(ConnectionAbortedException abortReason) => _connection.Abort(abortReason);
    }

    private sealed class Pipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
