using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Load.Tests;

/// <summary>A service for all tests of a class.</summary>
public sealed class RunningService : IAsyncLifetime
{
    private readonly ServiceDirectory _directory = new();
    private ServiceProcess? _process;

    public string Address => _process!.Address.ToString();

    public async ValueTask InitializeAsync() => _process = await ServiceProcess.Start(_directory);

    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _directory.Dispose();
    }
}
