namespace EdgeOrleans.Api;

/// <summary>What the gateway may be told. Bound once, by the executable; the names in messages are those of the configuration.</summary>
public sealed class ApiOptions
{
    private const int MaxValueBytesBound = 16 << 20;
    private const int MaxBodyBytesBound = 256 << 20;

    /// <summary>What a body holds around its value: <c>{"value":}</c>, white space and members that are ignored.</summary>
    private const int BodyAroundValueBytes = 1024;

    /// <summary><c>Http:Listen</c>: addresses to listen on, separated by <c>;</c>. Beyond loopback a token is needed, or <see cref="AllowAnonymous"/>.</summary>
    public string Listen { get; init; } = "http://localhost:8080";

    /// <summary><c>Http:Token</c>: the bearer token that every request but those for health and metrics must bring; <see langword="null"/> or empty for none.</summary>
    public string? Token { get; init; }

    /// <summary><c>Http:AllowAnonymous</c>: listen beyond loopback without a token.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary><c>Http:AllowedHosts</c>: names that may stand in <c>Host</c> besides those of a local network, without a port.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary><c>Http:AllowedOrigins</c>: web origins whose pages may call the service, as a browser spells them: <c>https://example.org</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary><c>Http:MaxConnections</c>: connections served at once, 1 to 65535. Those beyond get 503. A connection costs some 20 KB.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary><c>Http:MaxBodyBytes</c>: bytes of one request body, up to 256 MiB and at least 1 KiB more than <see cref="MaxValueBytes"/>.</summary>
    public int MaxBodyBytes { get; init; } = 8 << 20;

    /// <summary><c>Http:MaxRequestBytesInFlight</c>: bytes of all request bodies held at once, at least <see cref="MaxBodyBytes"/>. Those beyond get 503.</summary>
    public long MaxRequestBytesInFlight { get; init; } = 32 << 20;

    /// <summary>
    /// <c>Http:BodyTimeoutMs</c>: milliseconds that one body may take to arrive, 100 to 3,600,000.
    /// A minimal rate alone would let a fast start buy hours of holding a body's memory.
    /// </summary>
    public int BodyTimeoutMs { get; init; } = 120_000;

    /// <summary><c>Limits:ValueBytes</c>: bytes of one value, 1 to 16 MiB.</summary>
    public int MaxValueBytes { get; init; } = 1 << 20;

    /// <summary><c>Environment</c>: the word that <c>/health</c> shows.</summary>
    public string Environment { get; init; } = "production";

    /// <summary>The first thing wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate() =>
        Between("Http:MaxConnections", MaxConnections, 1, 65_535)
        ?? Between("Limits:ValueBytes", MaxValueBytes, 1, MaxValueBytesBound)
        ?? Between("Http:MaxBodyBytes", MaxBodyBytes, MaxValueBytes + BodyAroundValueBytes, MaxBodyBytesBound, " (Limits:ValueBytes and 1024 more)")
        ?? Between("Http:MaxRequestBytesInFlight", MaxRequestBytesInFlight, MaxBodyBytes, long.MaxValue, " (Http:MaxBodyBytes)")
        ?? Between("Http:BodyTimeoutMs", BodyTimeoutMs, 100, 3_600_000)
        ?? TokenFault()
        ?? OriginsFault()
        ?? HostsFault()
        ?? ListenRules.Fault(this);

    private static string? Between(string option, long value, long least, long most, string why = "") =>
        value < least ? $"{option} is {value}: it must be at least {least}{why}"
        : value > most ? $"{option} is {value}: it must be at most {most}"
        : null;

    private string? TokenFault()
    {
        foreach (var c in Token ?? "")
        {
            if (c is <= ' ' or > '~')
            {
                return "Http:Token must be visible ASCII without spaces, since it travels in a header";
            }
        }

        return null;
    }

    private string? HostsFault()
    {
        foreach (var host in AllowedHosts)
        {
            if (!HostRules.IsName(host))
            {
                return $"Http:AllowedHosts has '{host}': a host is a name without scheme, port and wildcards, like kv.example.org";
            }
        }

        return null;
    }

    private string? OriginsFault()
    {
        foreach (var origin in AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || !string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase))
            {
                return $"Http:AllowedOrigins has '{origin}': an origin is scheme, host and port without anything after, like https://example.org";
            }
        }

        return null;
    }
}
