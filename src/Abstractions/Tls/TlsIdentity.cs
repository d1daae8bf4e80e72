using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeOrleans;

/// <summary>Who we are and whom we trust, as three files said at one moment.</summary>
internal sealed class TlsIdentity
{
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

        var certificate = X509Certificate2.CreateFromPem(texts.Certificate, texts.Key);
        ValidUntil = certificate.NotAfter.ToUniversalTime();
        Own = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>What the files said.</summary>
    public PemTexts Texts { get; }

    /// <summary>What is shown to peers.</summary>
    public SslStreamCertificateContext Own { get; }

    /// <summary>Until when they take it.</summary>
    public DateTime ValidUntil { get; }

    /// <summary>Who must have issued what they show.</summary>
    public X509Certificate2Collection Authority { get; } = [];
}

/// <summary>The texts of the three files.</summary>
internal sealed record PemTexts(string Certificate, string Key, string Authority)
{
    /// <summary>Holds a key: never shown.</summary>
    public override string ToString() => nameof(PemTexts);
}
