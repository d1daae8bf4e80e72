namespace EdgeOrleans;

/// <summary>Mutual TLS on Orleans' connections. The files are read anew for each connection, so a renewed certificate needs no restart.</summary>
public sealed record TlsOptions
{
    /// <summary>A PEM file with the own certificate first, then those between it and the authority, if there are any.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>A PEM file with the certificate's private key, without a password.</summary>
    public required string KeyFile { get; init; }

    /// <summary>A PEM file with the certificates of the authority that every peer's must be issued by. No other is trusted, the system's neither.</summary>
    public required string AuthorityFile { get; init; }

    /// <summary>The DNS name that every peer's certificate must be issued to, as a subject alternative name.</summary>
    public required string PeerName { get; init; }
}
