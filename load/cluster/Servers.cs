using EdgeOrleans.Load.Services;
using EdgeOrleans.ServiceHarness.Servers;

namespace EdgeOrleans.Load.Cluster;

/// <summary>A PostgreSQL and a Redis that all sites of a run share.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly PostgresServer _postgres = new(isDurable: true);
    private readonly RedisServer _redis = new();
    private string _database = "";

    private Servers()
    {
    }

    /// <summary>How members reach PostgreSQL.</summary>
    public string Storage => _postgres.ConnectionString(_database);

    /// <summary>How members reach Redis.</summary>
    public string Redis => _redis.ConnectionString;

    /// <summary>Processor time of PostgreSQL with all its processes.</summary>
    public double PostgresCpuSeconds => ProcessStatus.CpuSecondsWithChildren(_postgres.ProcessId) ?? 0;

    /// <summary>Processor time of Redis.</summary>
    public double RedisCpuSeconds => ProcessStatus.CpuSeconds(_redis.ProcessId) ?? 0;

    /// <exception cref="LoadFault">They are not installed, or elsewhere, where their processor time cannot be seen.</exception>
    public static async Task<Servers> Start()
    {
        var servers = new Servers();
        try
        {
            if (!servers._postgres.IsOwn || !servers._redis.IsOwn)
            {
                throw new LoadFault($"{PostgresServer.Variable} and {RedisServer.Variable} must not be set: servers elsewhere show no processor time.");
            }

            await servers._postgres.InitializeAsync();
            await servers._redis.Start();
            servers._database = await servers._postgres.CreateDatabase();
            return servers;
        }
        catch (Exception fault)
        {
            await servers.DisposeAsync();
            throw fault as LoadFault ?? new LoadFault($"PostgreSQL and Redis do not start: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
