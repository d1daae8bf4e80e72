using System.Diagnostics;
using System.Globalization;

namespace EdgeOrleans.Cluster.Tests.Lab;

/// <summary>
/// A network of its own for each member, joined by a bridge to which this process and the servers belong: links can be pulled, and one
/// address be cut off from another, without anybody being told. Needs root and <c>ip</c>.
/// </summary>
internal sealed class Lan : IAsyncDisposable
{
    private const string Prefix = "eocl";
    private const string Nobody = "02:00:00:00:00:ff";

    // In each member's network.
    private const string Device = "eth0";

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}");
    private readonly string _net;
    private readonly int _members;

    private Lan(string net, int members)
    {
        _net = net;
        _members = members;
    }

    /// <summary>Where Redis listens, apart from all else so that it can be cut off alone.</summary>
    public string RedisAddress => $"{_net}.2";

    /// <summary>Where PostgreSQL listens.</summary>
    public string PostgresAddress => $"{_net}.3";

    /// <summary>Makes the networks.</summary>
    /// <returns>The reason when this machine does not allow it.</returns>
    public static async Task<(Lan? Lan, string? WhyNone)> TryCreate(int members)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "networks of their own for the members need root");
        }

        await RemoveLeftOvers();
        var taken = await Ip("-o", "-4", "addr");
        var net = Enumerable.Range(Environment.ProcessId, 250)
            .Select(static n => string.Create(CultureInfo.InvariantCulture, $"10.213.{n % 250}"))
            .First(net => !taken.Contains(net + ".", StringComparison.Ordinal));
        var lan = new Lan(net, members);
        try
        {
            await lan.Build();
            return (lan, null);
        }
        catch (InvalidOperationException refused)
        {
            await lan.DisposeAsync();
            return (null, refused.Message);
        }
    }

    public string AddressOf(int member) => string.Create(CultureInfo.InvariantCulture, $"{_net}.{11 + member}");

    /// <summary>What must stand before a command to run it in a member's network.</summary>
    public IReadOnlyList<string> Within(int member) => ["ip", "netns", "exec", NetworkOf(member)];

    /// <summary>A member's cable is out: nothing arrives and nothing leaves, and no connection is reset.</summary>
    public Task Pull(int member) => Ip("link", "set", CableOf(member), "down");

    /// <summary>It is back in.</summary>
    public Task Plug(int member) => Ip("link", "set", CableOf(member), "up");

    /// <summary>What a member sends to an address arrives nowhere.</summary>
    public Task Cut(int member, string address) =>
        Ip("-n", NetworkOf(member), "neigh", "replace", address, "lladdr", Nobody, "dev", Device, "nud", "permanent");

    /// <summary>It arrives again.</summary>
    public Task Heal(int member, string address) => Ip("-n", NetworkOf(member), "neigh", "del", address, "dev", Device);

    /// <summary>Two members do not reach each other.</summary>
    public async Task CutBetween(int one, int other)
    {
        await Cut(one, AddressOf(other));
        await Cut(other, AddressOf(one));
    }

    /// <summary>They do again.</summary>
    public async Task HealBetween(int one, int other)
    {
        await Heal(one, AddressOf(other));
        await Heal(other, AddressOf(one));
    }

    /// <summary>All cables are in, and all reach each other.</summary>
    public async Task Mend()
    {
        for (var member = 0; member < _members; member++)
        {
            await Plug(member);
            await Ip("-n", NetworkOf(member), "neigh", "flush", "all", "nud", "permanent");
        }
    }

    public ValueTask DisposeAsync() => new(Remove(_name));

    private static async Task RemoveLeftOvers()
    {
        var bridges = (await Ip("-o", "link", "show", "type", "bridge")).Split('\n')
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static fields => fields.Length > 1)
            .Select(static fields => fields[1].TrimEnd(':'));
        foreach (var name in bridges.Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal) && !Directory.Exists($"/proc/{name[Prefix.Length..]}")))
        {
            await Remove(name);
        }
    }

    private static async Task Remove(string name)
    {
        foreach (var line in (await Ip("netns", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(name + "n", StringComparison.Ordinal))
            {
                await Ip("netns", "del", line.Split(' ')[0]);
            }
        }

        await Ip("link", "del", name);
    }

    private async Task Build()
    {
        await Ip("link", "add", _name, "type", "bridge");
        foreach (var address in new[] { $"{_net}.1", RedisAddress, PostgresAddress })
        {
            await Ip("addr", "add", address + "/24", "dev", _name);
        }

        await Ip("link", "set", _name, "up");
        for (var member = 0; member < _members; member++)
        {
            var network = NetworkOf(member);
            await Ip("netns", "add", network);
            await Ip("link", "add", CableOf(member), "type", "veth", "peer", "name", Device, "netns", network);
            await Ip("-n", network, "addr", "add", AddressOf(member) + "/24", "dev", Device);
            await Ip("-n", network, "link", "set", "lo", "up");
            await Ip("-n", network, "link", "set", Device, "up");
            await Ip("link", "set", CableOf(member), "master", _name, "up");
        }
    }

    private string NetworkOf(int member) => string.Create(CultureInfo.InvariantCulture, $"{_name}n{member}");

    private string CableOf(int member) => string.Create(CultureInfo.InvariantCulture, $"{_name}v{member}");

    private static async Task<string> Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"'ip {string.Join(' ', arguments)}' is refused: {(await errors).Trim()}");
    }
}
