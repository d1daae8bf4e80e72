using BenchmarkDotNet.Attributes;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Load.Micro;

/// <summary>Calls of a collection's grain in the process of its silo, as the gateway makes them.</summary>
public class GrainBenchmarks
{
    private const int Together = 64;
    private readonly Task<WriteResult[]>[] _writes = new Task<WriteResult[]>[Together];
    private Scratch _scratch = null!;
    private IHost _host = null!;
    private ICollectionGrain _collection = null!;
    private WriteBatch _batch = null!;

    [GlobalSetup]
    public async Task Start()
    {
        _scratch = new Scratch();
        var options = ServiceOptions.Read(ConfigurationSources.Read([$"--Data:Path={_scratch.Path}"]));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(DataSetup.Open(options, manager: null));
        _host = builder.Build();
        await _host.StartAsync();
        _collection = _host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICollectionGrain>("default/bench");
        var value = System.Text.Encoding.ASCII.GetBytes($"\"{new string('x', 98)}\"");
        _batch = new WriteBatch { Operations = [new Operation { Kind = OperationKind.Set, Key = "key", Value = value }] };
        await Set_durably();
    }

    [GlobalCleanup]
    public async Task Stop()
    {
        await _host.StopAsync();
        _host.Dispose();
        _scratch.Dispose();
    }

    [Benchmark]
    public ValueTask<Entry?> Get() => _collection.Get("key");

    [Benchmark]
    public Task<WriteResult[]> Set_durably() => _collection.Apply(_batch);

    /// <summary>One operation is one of 64 that are under way at once.</summary>
    [Benchmark(OperationsPerInvoke = Together)]
    public async Task Set_durably_64_at_once()
    {
        for (var i = 0; i < Together; i++)
        {
            _writes[i] = _collection.Apply(_batch);
        }

        await Task.WhenAll(_writes);
    }
}
