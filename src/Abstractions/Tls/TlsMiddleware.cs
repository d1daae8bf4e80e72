using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans;

/// <summary>One end's part of a handshake.</summary>
/// <param name="stream">The connection.</param>
/// <param name="own">The certificate to show.</param>
/// <param name="check">The look at the peer's.</param>
/// <param name="ct">Ends it.</param>
internal delegate Task TlsHandshake(SslStream stream, SslStreamCertificateContext own, PeerCheck check, CancellationToken ct);

/// <summary>What happens to one connection: the handshake, then all else through the stream that came of it.</summary>
internal sealed class TlsMiddleware(TlsFiles files, TlsPeer peer, TlsHandshake handshake, ILogger logger)
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);

    private readonly RefusalLog _refusals = new(logger, TimeProvider.System);

    /// <summary>Serves a connection until it ends.</summary>
    /// <exception cref="TlsException">One end does not take the other.</exception>
    public async Task Run(ConnectionContext context, ConnectionDelegate next)
    {
        var transport = context.Transport;
        await using var stream = new SslStream(new DuplexPipeStream(transport));
        await ShakeHands(context, stream);
        var pipe = new TlsPipe(stream);
        context.Transport = pipe;
        try
        {
            await next(context);
        }
        finally
        {
            await pipe.Input.CompleteAsync();
            await pipe.Output.CompleteAsync();
            context.Transport = transport;
        }
    }

    private async Task ShakeHands(ConnectionContext context, SslStream stream)
    {
        var identity = files.Latest(logger);
        var check = new PeerCheck(identity.Authority, peer, files.PeerName);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        limit.CancelAfter(HandshakeLimit);
        try
        {
            await handshake(stream, identity.Own, check, limit.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            var reason = check.Fault
                ?? (e is not OperationCanceledException ? e.GetBaseException().Message.TrimEnd('.')
                    : context.ConnectionClosed.IsCancellationRequested ? "the other end closed the connection"
                    : $"the handshake took more than {HandshakeLimit.TotalSeconds} s");
            _refusals.Add(context.RemoteEndPoint, reason);
            throw new TlsException($"No TLS with {context.RemoteEndPoint}: {reason}.", e);
        }
    }
}
