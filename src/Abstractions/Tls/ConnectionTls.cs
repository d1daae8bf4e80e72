using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans;

/// <summary>
/// Mutual TLS as a middleware of Orleans' connections, the same for silos, gateways and clients: both ends show a certificate and check
/// the other's before anything of Orleans is said.
/// </summary>
/// <param name="options">Whom to trust and what to show.</param>
/// <exception cref="TlsException">The files cannot be used.</exception>
public sealed class ConnectionTls(TlsOptions options)
{
    private readonly TlsFiles _files = new(options, TimeProvider.System);

    /// <summary>For connections that are accepted.</summary>
    /// <param name="connections">Where they are configured.</param>
    /// <param name="peer">Who may connect.</param>
    public void UseServer(IConnectionBuilder connections, TlsPeer peer) => Use(connections, peer, static (stream, own, check, ct) =>
        stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = own,
                ClientCertificateRequired = true,
                CertificateChainPolicy = check.Policy,
                RemoteCertificateValidationCallback = check.IsTaken,
                AllowTlsResume = false,
            },
            ct));

    /// <summary>For connections that are opened.</summary>
    /// <param name="connections">Where they are configured.</param>
    public void UseClient(IConnectionBuilder connections) => Use(connections, TlsPeer.Server, (stream, own, check, ct) =>
        stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = options.PeerName,
                ClientCertificateContext = own,
                CertificateChainPolicy = check.Policy,
                RemoteCertificateValidationCallback = check.IsTaken,
                AllowTlsResume = false,
            },
            ct));

    private void Use(IConnectionBuilder connections, TlsPeer peer, TlsHandshake handshake)
    {
        var logger = connections.ApplicationServices.GetRequiredService<ILogger<ConnectionTls>>();
        var middleware = new TlsMiddleware(_files, peer, handshake, logger);
        connections.Use(next => context => middleware.Run(context, next));
    }
}
