using System.Net;
using EdgeOrleans;

/// <summary>The command line.</summary>
/// <param name="Gateway">A device's gateway; <see langword="null"/> for a cluster.</param>
/// <param name="Redis">A cluster's Redis; <see langword="null"/> for a device.</param>
/// <param name="Options">What the package is told.</param>
/// <param name="Seconds">How long it writes and reads; 0 for once.</param>
internal sealed record Arguments(IPEndPoint? Gateway, string? Redis, KeyValueClientOptions Options, int Seconds)
{
    public const string Usage = """
        usage: Client (gateway=ADDRESS:PORT | redis=CONNECTION) [id=CLUSTER] [service=SERVICE]
                      [certificate=FILE key=FILE authority=FILE [name=NAME]] [seconds=N]
        """;

    /// <summary>Reads it; <see langword="null"/> when it is not understood.</summary>
    public static Arguments? Read(string[] args)
    {
        var given = args.Select(static arg => arg.Split('=', 2)).Where(static pair => pair.Length == 2).ToDictionary(static pair => pair[0], static pair => pair[1]);
        IPEndPoint? gateway = null;
        if (given.Count != args.Length
            || given.ContainsKey("gateway") == given.ContainsKey("redis")
            || (given.TryGetValue("gateway", out var address) && !IPEndPoint.TryParse(address, out gateway))
            || !int.TryParse(given.GetValueOrDefault("seconds", "0"), out var seconds))
        {
            return null;
        }

        var defaults = new KeyValueClientOptions();
        return new Arguments(gateway, given.GetValueOrDefault("redis"), Seconds: seconds, Options: defaults with
        {
            ClusterId = given.GetValueOrDefault("id", defaults.ClusterId),
            ServiceId = given.GetValueOrDefault("service", defaults.ServiceId),
            Tls = !given.TryGetValue("certificate", out var certificate) ? null : new TlsOptions
            {
                CertificateFile = certificate,
                KeyFile = given.GetValueOrDefault("key", ""),
                AuthorityFile = given.GetValueOrDefault("authority", ""),
                PeerName = given.GetValueOrDefault("name", "edgeorleans"),
            },
        });
    }
}
