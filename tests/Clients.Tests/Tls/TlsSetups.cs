using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Tls;

/// <summary>TLS in the options of a service.</summary>
internal static class TlsSetups
{
    /// <summary>The same with TLS.</summary>
    public static ServiceSetup WithTls(this ServiceSetup setup, TlsOptions tls) => setup
        .With("Cluster:Tls:Certificate", tls.CertificateFile)
        .With("Cluster:Tls:Key", tls.KeyFile)
        .With("Cluster:Tls:Authority", tls.AuthorityFile)
        .With("Cluster:Tls:Name", tls.PeerName);
}
