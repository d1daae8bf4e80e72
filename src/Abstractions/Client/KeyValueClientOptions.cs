using Orleans.Configuration;

namespace EdgeOrleans;

/// <summary>How an Orleans client finds the service. The defaults are the service's own.</summary>
public sealed record KeyValueClientOptions
{
    private const string DefaultName = "edgeorleans";

    /// <summary>The service's <c>Cluster:Id</c>, <see cref="ClusterOptions.ClusterId"/>.</summary>
    public string ClusterId { get; init; } = DefaultName;

    /// <summary>The service's <c>Cluster:ServiceId</c>, <see cref="ClusterOptions.ServiceId"/>.</summary>
    public string ServiceId { get; init; } = DefaultName;

    /// <summary>Whom this client trusts and what it shows; <see langword="null"/> where the service has no TLS.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>How long it tries to connect when it starts. What went wrong in the last try is in the exception that follows.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(15);
}
