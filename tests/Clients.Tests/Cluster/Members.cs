using System.Globalization;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>The members of one cluster.</summary>
internal sealed class Members(params ServiceSetup[] setups) : IAsyncDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly ServiceProcess?[] _processes = new ServiceProcess?[setups.Length];

    /// <summary>A member that runs.</summary>
    public ServiceProcess this[int number] => _processes[number]!;

    /// <summary>Where clients reach a member.</summary>
    public int GatewayOf(int number) => int.Parse(setups[number].Options["Gateway:Port"], CultureInfo.InvariantCulture);

    /// <summary>Starts all, the first before the others: it makes the schema.</summary>
    public async Task Start()
    {
        for (var i = 0; i < setups.Length; i++)
        {
            await Start(i);
        }
    }

    /// <summary>Starts one, for the first time or again.</summary>
    public async Task Start(int number) => _processes[number] = await ServiceProcess.Start(_directory, setups[number]);

    /// <summary>SIGKILL.</summary>
    public async Task Kill(int number)
    {
        await this[number].Kill();
        await this[number].DisposeAsync();
        _processes[number] = null;
    }

    /// <summary>One figure of a member's metrics, which has no labels.</summary>
    public async Task<long> Figure(int number, string name)
    {
        var metrics = await this[number].Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var line = metrics.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.OfType<ServiceProcess>())
        {
            await process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
