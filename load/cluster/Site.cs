using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Services;
using EdgeOrleans.ServiceHarness;
using Process = EdgeOrleans.Load.Services.ServiceProcess;

namespace EdgeOrleans.Load.Cluster;

/// <summary>A cluster of so many silos on the loopback address, under a name of its own.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly List<Process> _silos = [];

    /// <summary>The gateway that collections are made at, so that its silo holds them.</summary>
    public const int Home = 0;

    /// <summary>The silos' addresses.</summary>
    public IReadOnlyList<LoadTarget> Gateways { get; private set; } = [];

    public int Size => _silos.Count;

    public string Name => $"{Size} {(Size == 1 ? "silo" : "silos")}";

    /// <summary>A gateway whose silo holds nothing that was made at <see cref="Home"/>; null in a site of one.</summary>
    public int? Elsewhere => Size == 1 ? null : Size - 1;

    /// <summary>Memory of the silo at <see cref="Home"/>.</summary>
    public double RssMb => ProcessStatus.RssMb(_silos[Home].Id) ?? 0;

    /// <exception cref="LoadFault">It does not start.</exception>
    public static async Task<Site> Start(Servers servers, int size)
    {
        var site = new Site();
        try
        {
            for (var i = 0; i < size; i++)
            {
                site._silos.Add(await Process.Start(new ServiceStart(ServiceBinary.Path) { Options = Options(servers, $"site{size}") }));
            }

            site.Gateways = await Task.WhenAll(site._silos.Select(static silo => LoadTarget.Find(silo.Address)));
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops all silos and starts them again, with nothing in memory.</summary>
    public async Task Restart()
    {
        await Task.WhenAll(_silos.Select(static silo => silo.Stop()));
        foreach (var silo in _silos)
        {
            await silo.Begin();
        }
    }

    /// <summary>Processor time of one silo.</summary>
    public double CpuSeconds(int silo) => ProcessStatus.CpuSeconds(_silos[silo].Id) ?? 0;

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Options(Servers servers, string name) => new()
    {
        ["Cluster:Redis"] = servers.Redis,
        ["Cluster:Storage"] = servers.Storage,
        ["Cluster:CreateSchema"] = "true",
        ["Cluster:Id"] = name,
        ["Cluster:ServiceId"] = name,
        ["Cluster:Port"] = $"{FreePort.Find()}",
        ["Limits:Collections"] = $"{2 * ManyCollections.Most}",
    };
}
