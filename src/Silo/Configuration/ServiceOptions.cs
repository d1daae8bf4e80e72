using System.Net;
using EdgeOrleans.Api;
using EdgeOrleans.Grains;
using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Telemetry;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>All options of the service, read and checked. The one place where configuration becomes values.</summary>
internal sealed class ServiceOptions
{
    private const int KiB = 1024;

    /// <summary>The data directory, as a full path.</summary>
    public required string DataPath { get; init; }

    /// <summary>Whether Kestrel's own section says where to listen, and not <see cref="ApiOptions.Listen"/>.</summary>
    public required bool UsesKestrelEndpoints { get; init; }

    /// <summary>Every address that it listens on, at least one.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The gateway's.</summary>
    public required ApiOptions Api { get; init; }

    /// <summary>How much the service takes in.</summary>
    public required LimitsOptions Limits { get; init; }

    /// <summary>How long writes wait.</summary>
    public required WritesOptions Writes { get; init; }

    /// <summary>How long collections stay in memory.</summary>
    public required MemoryOptions Memory { get; init; }

    /// <summary>The journal's.</summary>
    public required JournalOptions Journal { get; init; }

    /// <summary>How long a change may stay in the journal alone.</summary>
    public required TimeSpan SaveAfter { get; init; }

    /// <summary>Whether each line of the log is a JSON object.</summary>
    public required bool LogsJson { get; init; }

    /// <summary>A flush of the journal that takes longer is logged.</summary>
    public required TimeSpan SlowFlush { get; init; }

    /// <summary>A grain's turn that takes longer is logged.</summary>
    public required TimeSpan SlowTurn { get; init; }

    /// <summary>Where traces go; <see langword="null"/> when none are made.</summary>
    public required Uri? TracesEndpoint { get; init; }

    /// <summary>For tests: how much longer each flush of the journal takes.</summary>
    public required TimeSpan FlushDelay { get; init; }

    /// <summary>Where Orleans clients are served; <see langword="null"/> when they are not.</summary>
    public required IPEndPoint? Gateway { get; init; }

    /// <summary>TLS on the ports for Orleans clients and other silos; <see langword="null"/> when they have none.</summary>
    public required TlsOptions? Tls { get; init; }

    /// <summary>The site; <see langword="null"/> when there is none.</summary>
    public required SiteOptions? Site { get; init; }

    /// <summary>The cluster; <see langword="null"/> when this service is a member of none, but a device on its own.</summary>
    public required ClusterMemberOptions? Cluster { get; init; }

    /// <summary>How to report to systemd.</summary>
    public required SystemdVariables Systemd { get; init; }

    /// <summary>Where acknowledged writes are, for the line that the service starts with.</summary>
    public string DataPlace => Cluster is { } cluster ? $"the PostgreSQL of cluster {cluster.Id}" : DataPath;

    /// <summary>What an operator should know of these options although they are valid.</summary>
    public required string[] Warnings { get; init; }

    /// <summary>Reads every option.</summary>
    /// <exception cref="StartFault">One is out of its bound, or two do not go together.</exception>
    public static ServiceOptions Read(IConfigurationRoot configuration)
    {
        RequireHttp1(configuration);
        var usesKestrelEndpoints = ListenAddresses.AreKestrels(configuration);
        var tls = ClusterTlsOptions.Read(configuration);
        var cluster = ClusterMemberOptions.Read(configuration);
        var gateway = ReadGateway(configuration, cluster);
        var valueBytes = OptionTable.ValueBytes.ReadInt32(configuration);
        var api = ReadApi(configuration, usesKestrelEndpoints, valueBytes);
        var options = new ServiceOptions
        {
            DataPath = Path.GetFullPath(OptionTable.DataPath.Read(configuration)),
            UsesKestrelEndpoints = usesKestrelEndpoints,
            Addresses = RequireLocalOrGuarded(configuration, api, usesKestrelEndpoints),
            Api = api,
            Limits = new LimitsOptions
            {
                ValueBytes = valueBytes,
                CollectionBytes = OptionTable.CollectionBytes.Read(configuration),
                Collections = OptionTable.Collections.ReadInt32(configuration),
                Namespaces = OptionTable.Namespaces.ReadInt32(configuration),
            },
            Writes = new WritesOptions { TimeoutMs = OptionTable.WriteTimeoutMs.ReadInt32(configuration) },
            Memory = new MemoryOptions
            {
                IdleMinutes = OptionTable.IdleMinutes.ReadInt32(configuration),
                BudgetBytes = OptionTable.MemoryBudgetBytes.Read(configuration) is > 0 and var budget ? budget : MemoryBudget.DefaultBytes,
            },
            Journal = ReadJournal(configuration, valueBytes),
            SaveAfter = TimeSpan.FromMilliseconds(OptionTable.SaveAfterMs.Read(configuration)),
            LogsJson = OptionTable.LogFormat.Read(configuration) == "json",
            SlowFlush = TimeSpan.FromMilliseconds(OptionTable.SlowFlushMs.Read(configuration)),
            SlowTurn = TimeSpan.FromMilliseconds(OptionTable.SlowTurnMs.Read(configuration)),
            TracesEndpoint = ReadTracesEndpoint(configuration),
            FlushDelay = TimeSpan.FromMilliseconds(OptionTable.FlushDelayMs.Read(configuration)),
            Gateway = gateway,
            Tls = tls,
            Site = SiteOptions.Read(configuration),
            Cluster = cluster,
            Systemd = SystemdVariables.Read(configuration),
            Warnings = [.. PredecessorVariables.Warnings(configuration), .. GatewayWarnings(gateway, tls)],
        };

        if (cluster is { Redis.Length: > 0 } && options.Site is { ServesDevices: false })
        {
            Require($"{OptionTable.SiteConnectionString.Name} is set, but must be empty beside {OptionTable.ClusterStorage.Name} unless {OptionTable.SiteServesDevices.Name}=true: a member of a cluster mirrors nothing.");
        }

        // What concerns two options at once is known to those who use them.
        Require(options.Api.Validate());
        Require(options.Limits.Validate());
        Require(options.Writes.Validate());
        Require(options.Memory.Validate());
        Require(options.Journal.Validate() is { } fault ? $"Journal:{fault}" : null);
        return options;
    }

    private static ApiOptions ReadApi(IConfigurationRoot configuration, bool usesKestrelEndpoints, int valueBytes)
    {
        var listen = OptionTable.Listen.Read(configuration);
        if (listen.Length > 0 && usesKestrelEndpoints)
        {
            Require($"{OptionTable.Listen.Name} is '{string.Join(';', listen)}', but must not be set beside Kestrel:Endpoints: say in one place where to listen.");
        }

        var maxBodyBytes = OptionTable.MaxBodyBytes.ReadInt32(configuration, need: valueBytes + (64 * KiB));
        return new ApiOptions
        {
            Listen = listen.Length > 0 ? string.Join(';', listen) : ListenAddresses.Default,
            Token = OptionTable.Token.Read(configuration),
            AllowAnonymous = OptionTable.AllowAnonymous.Read(configuration),
            AllowedHosts = OptionTable.AllowedHosts.Read(configuration),
            AllowedOrigins = OptionTable.AllowedOrigins.Read(configuration),
            MaxConnections = OptionTable.MaxConnections.ReadInt32(configuration),
            MaxBodyBytes = maxBodyBytes,
            MaxRequestBytesInFlight = OptionTable.MaxRequestBytesInFlight.Read(configuration, need: maxBodyBytes),
            BodyTimeoutMs = OptionTable.BodyTimeoutMs.ReadInt32(configuration),
            MaxValueBytes = valueBytes,
            Environment = OptionTable.Environment.Read(configuration),
        };
    }

    private static JournalOptions ReadJournal(IConfiguration configuration, int valueBytes)
    {
        // A record is a value with its key, its version and the like; an atomic batch is one record and as long as one value at most.
        var recordBytes = valueBytes + (64 * KiB);
        var segmentBytes = OptionTable.JournalSegmentBytes.ReadInt32(configuration, need: ((2 * recordBytes) + (64 * KiB)) & ~4095);
        return new JournalOptions
        {
            MaxRecordBytes = recordBytes,
            SegmentBytes = segmentBytes,
            MaxBytes = OptionTable.JournalMaxBytes.Read(configuration, need: 8L * segmentBytes),
            MaxPendingBytes = OptionTable.JournalMaxPendingBytes.ReadInt32(configuration, need: 2 * recordBytes),
            ReserveBytes = OptionTable.JournalReserveBytes.Read(configuration),
        };
    }

    private static IPEndPoint? ReadGateway(IConfiguration configuration, ClusterMemberOptions? cluster)
    {
        var port = OptionTable.GatewayPort.ReadInt32(configuration);
        var address = IPAddress.Parse(OptionTable.GatewayAddress.Read(configuration));
        if (port == 0)
        {
            return null;
        }

        // Clients are told of a cluster's gateways by its members' addresses.
        var isSet = configuration[OptionTable.GatewayAddress.Name] is { Length: > 0 };
        var endpoint = new IPEndPoint(cluster is null || isSet ? address : cluster.Endpoint.Address, port);
        ClusterTlsOptions.RequireLocalOrGuarded(configuration, OptionTable.GatewayAddress, endpoint.Address);
        return endpoint;
    }

    private static Uri? ReadTracesEndpoint(IConfiguration configuration)
    {
        var endpoint = OptionTable.TracesEndpoint.Read(configuration);
        if (endpoint.Length > 0 && !Traces.AreIncluded)
        {
            Require($"{OptionTable.TracesEndpoint.Name} is '{endpoint}', but must be empty: the native edition makes no traces; the one that runs on .NET's runtime does.");
        }

        return endpoint.Length == 0 ? null : new Uri(endpoint);
    }

    private static IEnumerable<string> GatewayWarnings(IPEndPoint? gateway, TlsOptions? tls) =>
        gateway is null || IPAddress.IsLoopback(gateway.Address) || tls is not null
            ? []
            : [$"{OptionTable.GatewayPort.Name} is open to other machines at {gateway}, without TLS, and asks for no token."];

    /// <summary>Whoever opens the service to a network says who may come in.</summary>
    /// <returns>The addresses.</returns>
    private static string[] RequireLocalOrGuarded(IConfiguration configuration, ApiOptions api, bool usesKestrelEndpoints)
    {
        (string Name, string Url)[] addresses = usesKestrelEndpoints
            ? [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(static endpoint => (endpoint.Path + ":Url", endpoint["Url"] ?? ""))]
            : [.. api.Listen.Split(';').Select(static url => (OptionTable.Listen.Name, url))];
        foreach (var (name, url) in addresses)
        {
            if (!ListenRules.IsAddress(url))
            {
                Require($"{name} is '{url}', but must be {OptionTable.Listen.Bound}.");
            }

            if (!ListenRules.IsLocal(url) && string.IsNullOrEmpty(api.Token) && !api.AllowAnonymous)
            {
                Require($"{name} is '{url}', which other machines reach, so {OptionTable.Token.Name} must be set, or {OptionTable.AllowAnonymous.Name}=true.");
            }
        }

        return Array.ConvertAll(addresses, static address => address.Url);
    }

    /// <summary>The gateway reads request targets as HTTP/1.1 sends them, and the native edition has no other protocol.</summary>
    private static void RequireHttp1(IConfiguration configuration)
    {
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren().Append(configuration.GetSection("Kestrel:EndpointDefaults")))
        {
            if (endpoint["Protocols"] is { Length: > 0 } protocols && !protocols.Equals("Http1", StringComparison.OrdinalIgnoreCase))
            {
                Require($"{endpoint.Path}:Protocols is '{protocols}', but must be 'Http1': the service speaks HTTP/1.1.");
            }
        }
    }

    private static void Require(string? fault)
    {
        if (fault is not null)
        {
            throw new StartFault(ExitCode.Configuration, fault);
        }
    }
}
