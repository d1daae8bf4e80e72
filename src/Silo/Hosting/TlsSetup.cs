using Orleans.Configuration;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Mutual TLS on Orleans' ports.</summary>
internal static class TlsSetup
{
    /// <summary>Adds it where it is asked for.</summary>
    /// <exception cref="StartFault">The files cannot be used.</exception>
    public static void UseTls(this ISiloBuilder silo, TlsOptions? options)
    {
        if (options is null)
        {
            return;
        }

        var tls = Open(options);
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureGatewayInboundConnection(gateway => tls.UseServer(gateway, TlsPeer.Client));
            connections.ConfigureSiloInboundConnection(inbound => tls.UseServer(inbound, TlsPeer.Silo));
            connections.ConfigureSiloOutboundConnection(tls.UseClient);
        });
    }

    private static ConnectionTls Open(TlsOptions options)
    {
        try
        {
            return new ConnectionTls(options);
        }
        catch (TlsException e)
        {
            throw new StartFault(ExitCode.Configuration, e.Message.ReplaceLineEndings(" "));
        }
    }
}
