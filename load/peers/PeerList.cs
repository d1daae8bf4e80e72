using System.Net;
using System.Net.Sockets;

namespace EdgeOrleans.Load.Peers;

/// <summary>Who is compared, ours first.</summary>
internal static class PeerList
{
    public static IReadOnlyList<Peer> Of(string service, string bare) =>
    [
        new Peer
        {
            Name = "edgeorleans",
            Description = "this service",
            Binaries = [service],
            Install = "--service must name its published binary",
            Commands = (data, port) => [new(service, [$"--Http:Listen={Address(port)}", $"--Data:Path={data}/data"])],
        },
        new Peer
        {
            Name = "bare",
            Description = "Kestrel with a route that answers the same bytes and keeps nothing",
            Binaries = [bare],
            Install = "dotnet build -c Release load/bare",
            IsDurable = false,
            Commands = (_, port) => [new(bare, [Address(port)])],
        },
        new Peer
        {
            Name = "etcd",
            Description = "etcd behind its HTTP gateway",
            Binaries = ["etcd"],
            Install = "apt-get install etcd-server",
            Commands = static (data, port) => [new("etcd", Etcd(data, port, FreePort()))],
        },
        new Peer
        {
            Name = "webdis",
            Description = "Redis with appendfsync always, behind webdis",
            Binaries = ["redis-server", "webdis"],
            Install = "apt-get install redis-server webdis",
            Commands = static (data, port) => Redis(data, port, FreePort()),
        },
    ];

    /// <summary>A port of the loopback address that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string Address(int port) => $"http://127.0.0.1:{port}";

    private static string[] Etcd(string data, int port, int peerPort) =>
    [
        "--data-dir", $"{data}/etcd", "--log-level", "error",
        "--listen-client-urls", Address(port), "--advertise-client-urls", Address(port),
        "--listen-peer-urls", Address(peerPort), "--initial-advertise-peer-urls", Address(peerPort), "--initial-cluster", $"default={Address(peerPort)}",
    ];

    private static PeerCommand[] Redis(string data, int port, int redisPort)
    {
        var configuration = $"{data}/webdis.json";
        File.WriteAllText(configuration, $$"""
            {"redis_host":"127.0.0.1","redis_port":{{redisPort}},"http_host":"127.0.0.1","http_port":{{port}},"threads":2,"daemonize":false,"verbosity":0,"logfile":"{{data}}/webdis.log"}
            """);
        return
        [
            new("redis-server", ["--bind", "127.0.0.1", "--port", $"{redisPort}", "--dir", data, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--loglevel", "warning"]),
            new("webdis", [configuration]),
        ];
    }
}
