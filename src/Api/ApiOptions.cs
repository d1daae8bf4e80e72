namespace EdgeOrleans.Api;

/// <summary>What the gateway may be told. Bound once, by the executable; the names in messages are those of the configuration.</summary>
public sealed class ApiOptions
{
    private const int MaxBodyBytesBound = 256 << 20;

    /// <summary>What a body holds around its value: <c>{"value":}</c>, white space and members that are ignored.</summary>
    private const int BodyAroundValueBytes = 1024;

    /// <summary><c>Http:Listen</c>: addresses to listen on, separated by <c>;</c>. Beyond loopback a token is needed, or <see cref="AllowAnonymous"/>.</summary>
    public string Listen { get; init; } = "http://localhost:8080";

    /// <summary><c>Http:Token</c>: the bearer token that every request but those for health must bring; <see langword="null"/> or empty for none.</summary>
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

    /// <summary><c>Limits:ValueBytes</c>: bytes of one value. Its bounds are those of the collections that keep it.</summary>
    public int MaxValueBytes { get; init; } = 1 << 20;

    /// <summary><c>Environment</c>: the word that <c>/health</c> shows.</summary>
    public string Environment { get; init; } = "production";

    /// <summary>Whether this can be a token: 8 to 512 visible ASCII characters, since it travels in a header.</summary>
    public static bool IsToken(string text) =>
        text.Length is >= 8 and <= 512 && text.All(static c => c is > ' ' and <= '~');

    /// <summary>Whether this can stand among the <see cref="AllowedHosts"/>: a name without scheme, port and wildcards.</summary>
    public static bool IsHostName(string text) => HostRules.IsName(text);

    /// <summary>Whether this can stand among the <see cref="AllowedOrigins"/>: scheme, host and port with nothing after them.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first thing wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate() =>
        Between("Http:MaxConnections", MaxConnections, 1, 65_535)
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

    private string? TokenFault() => string.IsNullOrEmpty(Token) || IsToken(Token)
        ? null
        : "Http:Token must be 8 to 512 visible ASCII characters without spaces, since it travels in a header";

    private string? HostsFault() => AllowedHosts.FirstOrDefault(static host => !IsHostName(host)) is { } wrong
        ? $"Http:AllowedHosts has '{wrong}': a host is a name without scheme, port and wildcards, like kv.example.org"
        : null;

    private string? OriginsFault() => AllowedOrigins.FirstOrDefault(static origin => !IsOrigin(origin)) is { } wrong
        ? $"Http:AllowedOrigins has '{wrong}': an origin is scheme, host and port without anything after, like https://example.org"
        : null;
}
