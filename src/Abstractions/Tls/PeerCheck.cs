using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeOrleans;

/// <summary>The look at one peer's certificate: it must be of our authority, for its purpose, for our name, and valid now.</summary>
internal sealed class PeerCheck(X509Certificate2Collection authority, TlsPeer peer, string name)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>How the chain is built: up to our authority, and without asking anybody over the network.</summary>
    public X509ChainPolicy Policy { get; } = PolicyFor(authority, peer);

    /// <summary>Why the certificate is not taken, as the end of a sentence; <see langword="null"/> when it is, and before it was seen.</summary>
    public string? Fault { get; private set; }

    /// <summary>Looks at what the peer shows.</summary>
    public bool IsTaken(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Fault = certificate is X509Certificate2 shown && chain is not null ? FaultOf(shown, chain, errors) : "no certificate was shown";
        return Fault is null;
    }

    private string? FaultOf(X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        var statuses = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);
        if (statuses.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"the certificate is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}";
        }

        // A certificate that says nothing of its purpose would be good for any, and so for passing as a silo.
        if (statuses.HasFlag(X509ChainStatusFlags.NotValidForUsage) || !certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any())
        {
            return $"the extended key usage of the certificate is not that of a {peer}";
        }

        if (statuses != X509ChainStatusFlags.NoError || errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return $"the certificate is not one of the authority ({statuses})";
        }

        return certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false)
            ? null
            : $"the certificate is not issued to the name '{name}'";
    }

    private static X509ChainPolicy PolicyFor(X509Certificate2Collection authority, TlsPeer peer)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authority);
        if (peer is TlsPeer.Server or TlsPeer.Silo)
        {
            policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        }

        if (peer is TlsPeer.Client or TlsPeer.Silo)
        {
            policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        }

        return policy;
    }
}
