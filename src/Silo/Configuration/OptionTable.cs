using System.Net;
using EdgeOrleans.Api;
using EdgeOrleans.Silo.Cluster;
using EdgeOrleans.Silo.Site;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>Every option of the service. A name under one of these sections that is not here ends the start: it is a typing error.</summary>
internal static class OptionTable
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long GiB = 1024 * MiB;

    public static readonly TextOption DataPath = new(
        "Data:Path", "./data", "a directory", "Where the data is. One process at a time.", static _ => true);

    public static readonly TextOption Environment = new(
        "Environment", "production", "at most 64 characters", "What /health shows as environment.", static text => text.Length <= 64);

    public static readonly ListOption Listen = new(
        "Http:Listen", "addresses such as 'http://localhost:8080', separated by ';'",
        "Where it listens; http://localhost:8080 when neither this nor Kestrel:Endpoints is set. "
        + "An address that other machines reach needs Http:Token or Http:AllowAnonymous.",
        ListenRules.IsAddress);

    public static readonly TextOption Token = new(
        "Http:Token", "", "8 to 512 visible ASCII characters", "The bearer token that every request but /health and /metrics must carry. Empty: none.",
        ApiOptions.IsToken)
    { IsSecret = true };

    public static readonly FlagOption AllowAnonymous = new(
        "Http:AllowAnonymous", "Whether other machines may be served without a token.");

    public static readonly ListOption AllowedHosts = new(
        "Http:AllowedHosts", "host names without scheme and port, separated by ';'", "Further names in Host headers to answer to, against DNS rebinding.",
        ApiOptions.IsHostName);

    public static readonly ListOption AllowedOrigins = new(
        "Http:AllowedOrigins", "origins such as 'https://app.example', separated by ';'", "Web pages from elsewhere that may use the service.",
        ApiOptions.IsOrigin);

    public static readonly NumberOption MaxConnections = new(
        "Http:MaxConnections", 256, 1, 65_535, "connections", "Connections served at a time.");

    public static readonly NumberOption MaxBodyBytes = new(
        "Http:MaxBodyBytes", 8 * MiB, 2 * KiB, 256 * MiB, "bytes", "The longest request body; at least 1024 more than Limits:ValueBytes, with which the default grows.");

    public static readonly NumberOption MaxRequestBytesInFlight = new(
        "Http:MaxRequestBytesInFlight", 32 * MiB, 2 * KiB, 4 * GiB, "bytes",
        "Request bodies held in memory at a time, fewer with a small Memory:BudgetBytes; at least Http:MaxBodyBytes, with which the default grows.");

    public static readonly NumberOption BodyTimeoutMs = new(
        "Http:BodyTimeoutMs", 120_000, 100, 3_600_000, "milliseconds", "How long one request body may take to arrive.");

    public static readonly NumberOption ValueBytes = new(
        "Limits:ValueBytes", 1 * MiB, 1 * KiB, 16 * MiB, "bytes", "The longest value.");

    public static readonly NumberOption CollectionBytes = new(
        "Limits:CollectionBytes", 16 * MiB, 64 * KiB, 1 * GiB, "bytes", "Keys and values of one collection; of tiny entries a small Memory:BudgetBytes allows fewer.");

    public static readonly NumberOption Collections = new(
        "Limits:Collections", 10_000, 1, 100_000, "collections", "Collections in all namespaces.");

    public static readonly NumberOption Namespaces = new(
        "Limits:Namespaces", 1_000, 1, 100_000, "namespaces", "Namespaces.");

    public static readonly NumberOption JournalSegmentBytes = new(
        "Journal:SegmentBytes", 4 * MiB, 160 * KiB, 64 * MiB, "bytes",
        "The size of one journal file; a multiple of 4096, and room for two of the longest values, with which the default grows.");

    public static readonly NumberOption JournalMaxBytes = new(
        "Journal:MaxBytes", 64 * MiB, 960 * KiB, 64 * GiB, "bytes",
        "How far the journal may grow while storage does not take what it holds; at least six segments. The default is never less than eight.");

    public static readonly NumberOption JournalMaxPendingBytes = new(
        "Journal:MaxPendingBytes", 8 * MiB, 128 * KiB, 64 * MiB, "bytes", "Writes that wait for flash at a time. The default is never less than two of the longest values.");

    public static readonly NumberOption JournalReserveBytes = new(
        "Journal:ReserveBytes", 16 * MiB, 0, 64 * GiB, "bytes", "Room on the card that only deletes and saves may use.");

    public static readonly NumberOption WriteTimeoutMs = new(
        "Writes:TimeoutMs", 5_000, 100, 9_000, "milliseconds", "How long a write may wait for flash before it is answered with TIMEOUT.");

    public static readonly NumberOption SaveAfterMs = new(
        "WriteBehind:SaveAfterMs", 300_000, 10, 86_400_000, "milliseconds", "How long a change may stay in the journal alone before it is saved to storage.");

    public static readonly NumberOption IdleMinutes = new(
        "Memory:IdleMinutes", 15, 2, 10_080, "minutes", "How long a collection stays in memory after its last use.");

    public static readonly NumberOption MemoryBudgetBytes = new(
        "Memory:BudgetBytes", 0, 0, 1024 * GiB, "bytes",
        "The memory to stay within, at least 92274688; 0 for a quarter of the machine's, or three quarters of the container's limit. The least recently used collections leave memory when others need it.");

    public static readonly TextOption SiteConnectionString = new(
        "Site:ConnectionString", "", "keywords of Npgsql with Host and Database among them, as in 'Host=db;Database=site;Username=edge'",
        "The site's PostgreSQL, where this device's data is mirrored. Empty: none. Where it does not say otherwise: Maximum Pool Size=5, "
        + "Timeout=5, Command Timeout=30, Cancellation Timeout=2000, Keepalive=10.",
        SiteDataSource.IsConnectionString)
    { IsSecret = true };

    public static readonly FlagOption SiteServesDevices = new(
        "Site:ServeDevices", "Whether this service reads at the site what devices mirrored (/api/v1/devices), and mirrors nothing itself.");

    public static readonly FlagOption SiteCreatesSchema = new(
        "Site:CreateSchema", "Whether the site's schema may be made or brought up to date without 'edgeorleans site-schema'.");

    public static readonly NumberOption SiteSaveAfterMs = new(
        "Site:SaveAfterMs", 5_000, 10, 86_400_000, "milliseconds", "How long a change may wait before it is mirrored.");

    public static readonly NumberOption SiteMaxBytesPerSecond = new(
        "Site:MaxBytesPerSecond", 1 * MiB, 0, 1 * GiB, "bytes", "The most that is sent to the site in a second; 0 for no bound.");

    public static readonly TextOption SiteDevice = new(
        "Site:Device", "", "the id of a device, as in /sync", "For 'edgeorleans restore': the device whose data is put back.",
        static text => text.Length <= 128);

    public static readonly NumberOption FlushDelayMs = new(
        "Testing:FlushDelayMs", 0, 0, 60_000, "milliseconds", "For tests: how much longer each flush of the journal takes, as on a worn card.");

    public static readonly NumberOption GatewayPort = new(
        "Gateway:Port", 0, 0, 65_535, "", "The port for Orleans clients; 0 for none.");

    public static readonly TextOption GatewayAddress = new(
        "Gateway:Address", "127.0.0.1", "an IP address",
        "Where the port for Orleans clients listens; in a cluster the default is Cluster:Address. It asks for no token: an address that other machines reach needs Cluster:Tls or Cluster:AllowPlain.",
        static text => IPAddress.TryParse(text, out _));

    public static readonly TextOption ClusterRedis = new(
        "Cluster:Redis", "", "a connection string of StackExchange.Redis, as in 'redis:6379,password=…'",
        "The Redis that knows the members of a cluster. Makes this service one of them: it keeps its data in Cluster:Storage then, and none of its own. "
        + "Empty: it is alone. Not in the native edition.",
        ClusterSetup.IsRedis)
    { IsSecret = true };

    public static readonly TextOption ClusterStorage = new(
        "Cluster:Storage", "", "keywords of Npgsql with Host and Database among them, as in 'Host=db;Database=site;Username=edge'",
        "The PostgreSQL that holds a cluster's data. Where it does not say otherwise: Maximum Pool Size=8, Timeout=3, Command Timeout=5, "
        + "Cancellation Timeout=500, Keepalive=10.",
        SiteDataSource.IsConnectionString)
    { IsSecret = true };

    public static readonly TextOption ClusterId = new(
        "Cluster:Id", "edgeorleans", "1 to 64 letters, digits, '-', '_' and '.'", "The cluster's name, the same for all its members.", ClusterMemberOptions.IsName);

    public static readonly TextOption ClusterServiceId = new(
        "Cluster:ServiceId", "edgeorleans", "1 to 64 letters, digits, '-', '_' and '.'",
        "The name that a cluster's data is stored under, so that several may share a database.", ClusterMemberOptions.IsName);

    public static readonly TextOption ClusterAddress = new(
        "Cluster:Address", "127.0.0.1", "an IP address of this machine", "Where the other members reach this one.",
        static text => IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any));

    public static readonly NumberOption ClusterPort = new(
        "Cluster:Port", 11_111, 1, 65_535, "", "The port for the other members.");

    public static readonly FlagOption ClusterCreatesSchema = new(
        "Cluster:CreateSchema", "Whether the schema of Cluster:Storage may be made or brought up to date without 'edgeorleans site-schema'.");

    public static readonly TextOption TlsCertificate = new(
        "Cluster:Tls:Certificate", "", "a PEM file", "The certificate that Orleans clients and other silos are shown. Empty: no TLS on those ports.",
        static _ => true);

    public static readonly TextOption TlsKey = new(
        "Cluster:Tls:Key", "", "a PEM file", "The private key of that certificate, without a password.", static _ => true);

    public static readonly TextOption TlsAuthority = new(
        "Cluster:Tls:Authority", "", "a PEM file", "The authority that issued the certificates of Orleans clients and silos; no other is trusted.", static _ => true);

    public static readonly TextOption TlsName = new(
        "Cluster:Tls:Name", "edgeorleans", "a DNS name", "The subject alternative name that each of those certificates must have.",
        static text => Uri.CheckHostName(text) == UriHostNameType.Dns);

    public static readonly FlagOption AllowPlain = new(
        "Cluster:AllowPlain", "Whether Orleans' ports may be open to other machines without TLS.");

    public static readonly TextOption LogFormat = new(
        "Log:Format", "plain", "'plain' or 'json'", "How a line of the log is written. JSON has one object on each line.",
        static text => text is "plain" or "json");

    public static readonly NumberOption SlowFlushMs = new(
        "Log:SlowFlushMs", 1_000, 1, 60_000, "milliseconds", "A flush of the journal that takes longer is logged, at most once in ten seconds.");

    public static readonly NumberOption SlowTurnMs = new(
        "Log:SlowTurnMs", 1_000, 1, 60_000, "milliseconds", "A piece of work that keeps a collection from all else for longer is counted and logged; the native edition does not name the work.");

    public static readonly TextOption TracesEndpoint = new(
        "Traces:Endpoint", "", "an address such as 'http://collector:4318'",
        "Where traces go, by OTLP over HTTP. Empty: none are made. Not in the native edition.",
        static text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https"));

    /// <summary>All of them, in the order in which a reader wants them.</summary>
    public static IReadOnlyList<Option> All { get; } =
    [
        DataPath, Environment,
        Listen, Token, AllowAnonymous, AllowedHosts, AllowedOrigins, MaxConnections, MaxBodyBytes, MaxRequestBytesInFlight, BodyTimeoutMs,
        ValueBytes, CollectionBytes, Collections, Namespaces,
        JournalSegmentBytes, JournalMaxBytes, JournalMaxPendingBytes, JournalReserveBytes,
        WriteTimeoutMs, SaveAfterMs,
        IdleMinutes, MemoryBudgetBytes,
        GatewayPort, GatewayAddress,
        SiteConnectionString, SiteServesDevices, SiteCreatesSchema, SiteSaveAfterMs, SiteMaxBytesPerSecond, SiteDevice,
        ClusterRedis, ClusterStorage, ClusterId, ClusterServiceId, ClusterAddress, ClusterPort, ClusterCreatesSchema,
        TlsCertificate, TlsKey, TlsAuthority, TlsName, AllowPlain,
        LogFormat, SlowFlushMs, SlowTurnMs, TracesEndpoint,
        FlushDelayMs,
    ];
}
