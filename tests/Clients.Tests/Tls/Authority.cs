using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeOrleans.Clients.Tests.Tls;

/// <summary>An authority of one's own, which issues certificates into a directory as an operator does.</summary>
internal sealed class Authority : IDisposable
{
    /// <summary>What the service asks for when nothing else is said.</summary>
    public const string Name = "edgeorleans";

    private readonly string _directory;
    private readonly X509Certificate2 _certificate;

    /// <summary>Makes one.</summary>
    /// <param name="directory">Where its files go.</param>
    /// <param name="name">What it is called, and its files.</param>
    public Authority(string directory, string name)
    {
        _directory = directory;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        File = Write($"{name}.pem", _certificate.ExportCertificatePem());
    }

    /// <summary>Its own certificate, which those who trust it are given.</summary>
    public string File { get; }

    /// <summary>Issues a certificate for a silo, or for whoever is described.</summary>
    /// <param name="holder">What its files are called.</param>
    /// <param name="name">The subject alternative name.</param>
    /// <param name="usage">The purpose; <see langword="null"/> when it says nothing of it.</param>
    /// <param name="expired">Whether it is not valid any more.</param>
    public TlsOptions Issue(string holder, string name = Name, Usage? usage = Usage.Both, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={holder}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        if (usage is { } purposes)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Purposes(purposes), critical: false));
        }

        var end = DateTimeOffset.UtcNow.AddDays(expired ? -1 : 30);
        using var certificate = request.Create(_certificate, DateTimeOffset.UtcNow.AddDays(-30), end, RandomNumberGenerator.GetBytes(16));
        return new TlsOptions
        {
            CertificateFile = Write($"{holder}.pem", certificate.ExportCertificatePem()),
            KeyFile = Write($"{holder}.key", key.ExportPkcs8PrivateKeyPem()),
            AuthorityFile = File,
            PeerName = Name,
        };
    }

    public void Dispose() => _certificate.Dispose();

    private static OidCollection Purposes(Usage usage)
    {
        var purposes = new OidCollection();
        if (usage.HasFlag(Usage.Server))
        {
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        }

        if (usage.HasFlag(Usage.Client))
        {
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        }

        return purposes;
    }

    private string Write(string file, string text)
    {
        var path = Path.Combine(_directory, file);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}

/// <summary>What a certificate is for.</summary>
[Flags]
internal enum Usage
{
    Server = 1,
    Client = 2,
    Both = Server | Client,
}
