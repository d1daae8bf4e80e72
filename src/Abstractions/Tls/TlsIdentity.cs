using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeOrleans;

/// <summary>Who we are and whom we trust, as three files said at one moment.</summary>
internal sealed class TlsIdentity
{
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";

    /// <summary>Makes one from the texts of the files.</summary>
    /// <exception cref="CryptographicException">A text is no certificate or key, or the key is another certificate's.</exception>
    public TlsIdentity(PemTexts texts)
    {
        Texts = texts;
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(texts.Certificate);
        Authority.ImportFromPem(texts.Authority);
        if (chain.Count == 0 || Authority.Count == 0)
        {
            throw new CryptographicException("there is no certificate in one of them.");
        }

        ValidUntil = chain[0].NotAfter.ToUniversalTime();
        Own = SslStreamCertificateContext.Create(WithKey(chain[0], texts.Key), chain, offline: true);
    }

    /// <summary>What the files said.</summary>
    public PemTexts Texts { get; }

    /// <summary>What is shown to peers.</summary>
    public SslStreamCertificateContext Own { get; }

    /// <summary>Until when they take it.</summary>
    public DateTime ValidUntil { get; }

    /// <summary>Who must have issued what they show.</summary>
    public X509Certificate2Collection Authority { get; } = [];

    /// <summary>What the library's own method for this does too, which brings all kinds of keys into a native binary.</summary>
    private static X509Certificate2 WithKey(X509Certificate2 certificate, string pem)
    {
        switch (certificate.GetKeyAlgorithm())
        {
            case EllipticCurve:
                using (var key = ECDsa.Create())
                {
                    key.ImportFromPem(pem);
                    return certificate.CopyWithPrivateKey(key);
                }

            case Rsa:
                using (var key = RSA.Create())
                {
                    key.ImportFromPem(pem);
                    return certificate.CopyWithPrivateKey(key);
                }

            default:
                throw new CryptographicException("the key must be one of an elliptic curve or of RSA.");
        }
    }
}

/// <summary>The texts of the three files.</summary>
internal sealed record PemTexts(string Certificate, string Key, string Authority)
{
    /// <summary>Holds a key: never shown.</summary>
    public override string ToString() => nameof(PemTexts);
}
