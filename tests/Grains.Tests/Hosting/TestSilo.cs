using System.Text;
using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Journal;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace EdgeOrleans.Grains.Tests.Hosting;

/// <summary>A silo on a device, with a client beside it whose calls are serialised.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestSilo(InProcessTestCluster cluster, TestDisk disk, FlashJournal journal)
    {
        _cluster = cluster;
        Disk = disk;
        Journal = journal;
    }

    public TestDisk Disk { get; }

    public FlashJournal Journal { get; }

    public IGrainFactory Client => _cluster.Client;

    public IServiceProvider Services => _cluster.Silos[0].ServiceProvider;

    /// <summary>The factory inside the silo, which reaches the interfaces that are not for clients.</summary>
    public IGrainFactory Inside => Services.GetRequiredService<IGrainFactory>();

    public ICatalogGrain Catalog => Client.GetGrain<ICatalogGrain>(ICatalogGrain.Key);

    public ICollectionRegistry Registry => Inside.GetGrain<ICollectionRegistry>(ICatalogGrain.Key);

    public static async Task<TestSilo> Start(TestDevice device)
    {
        var disk = device.Insert();
        var journal = FlashJournal.Open(disk, device.Journal);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddEdgeOrleansGrains(device.Setup(journal));
            if (device.SavesByItself)
            {
                silo.AddEdgeOrleansSaves();
            }
            else
            {
                silo.Services.AddSingleton(SaveHosting.Scheduler);
            }
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestSilo(cluster, disk, journal);
    }

    public ICollectionGrain Collection(string key) => Client.GetGrain<ICollectionGrain>(key);

    public ICollectionControl Control(string key) => Inside.GetGrain<ICollectionControl>(key);

    /// <summary>Ends the silo as if the power had gone.</summary>
    public async Task Kill()
    {
        Disk.Cut();
        await DisposeAsync();
    }

    /// <summary>Fills a collection and saves it so often that storage has its entries as chunks of a snapshot and the journal has none of them.</summary>
    public async Task SaveAsChunks(string key)
    {
        const int Saves = 14;
        await Collection(key).Do(false, Enumerable.Range(0, 100).Select(i => CollectionCalls.Set($"k{i}", "1")).ToArray());
        for (var i = 0; i < Saves; i++)
        {
            await Collection(key).Put($"k{i}", "1");
            await Control(key).Save(0);
        }

        Journal.Trim(Journal.OwnerOf(key), Journal.OwnerOf(key).LastSequence);
    }

    /// <summary>Deactivates all collections but the catalog's own parts.</summary>
    public async Task Deactivate()
    {
        var management = Client.GetGrain<IManagementGrain>(0);
        await management.ForceActivationCollection(TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        Disk.Release();
        await _cluster.DisposeAsync();
        Disk.Dispose();
    }
}

/// <summary>Calls as tests like to write them.</summary>
internal static class CollectionCalls
{
    public static Operation Set(string key, string value, PreconditionKind precondition = PreconditionKind.None, long version = 0) => new()
    {
        Kind = OperationKind.Set,
        Key = key,
        Value = Encoding.UTF8.GetBytes(value),
        Precondition = precondition,
        ExpectedVersion = version,
    };

    public static Operation Delete(string key, PreconditionKind precondition = PreconditionKind.None, long version = 0) =>
        new() { Kind = OperationKind.Delete, Key = key, Precondition = precondition, ExpectedVersion = version };

    public static async Task<WriteResult> Do(this ICollectionGrain collection, Operation operation) =>
        (await collection.Apply(new WriteBatch { Operations = [operation] }))[0];

    public static Task<WriteResult[]> Do(this ICollectionGrain collection, bool atomic, params Operation[] operations) =>
        collection.Apply(new WriteBatch { Operations = operations, Atomic = atomic });

    public static async Task<long> Put(this ICollectionGrain collection, string key, string value)
    {
        var result = await collection.Do(Set(key, value));
        Assert.Null(result.Refusal);
        return result.Version;
    }

    public static async Task<string?> Read(this ICollectionGrain collection, string key) =>
        await collection.Get(key) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;
}
