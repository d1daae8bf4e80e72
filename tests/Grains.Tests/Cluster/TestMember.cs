using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace EdgeOrleans.Grains.Tests.Cluster;

/// <summary>
/// A server over rows that others may have too. Two of them know nothing of each other, as when a network is cut: each has an activation
/// of its own of every collection.
/// </summary>
internal sealed class TestMember : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestMember(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainFactory Client => _cluster.Client;

    public ICatalogGrain Catalog => Client.GetGrain<ICatalogGrain>(ICatalogGrain.Key);

    public IServiceStatus Status => _cluster.Silos[0].ServiceProvider.Status();

    /// <summary>Bytes of writes that wait for the storage.</summary>
    public long PendingBytes => _cluster.Silos[0].ServiceProvider.GetRequiredService<StorageDurability>().PendingBytes;

    public static async Task<TestMember> Start(IStateRows rows, LimitsOptions? limits = null, TimeSpan? responseTimeout = null, IClusterMember? standing = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.AddEdgeOrleansClusterGrains(new ClusterGrainsSetup
        {
            Storage = _ => new WriteBehindTarget("memory", rows, isPrimary: true, TimeSpan.Zero),
            Limits = limits ?? new(),
            ClockSource = new TestMachineClock(),
        }).Configure<SiloMessagingOptions>(options => options.ResponseTimeout = responseTimeout ?? options.ResponseTimeout));
        if (standing is not null)
        {
            builder.ConfigureSilo((_, silo) => silo.Services.AddSingleton(standing));
        }

        var cluster = builder.Build();
        await cluster.DeployAsync();
        var member = new TestMember(cluster);

        // The catalog is opened in the background, and tests count what the storage is asked.
        await member.Catalog.ListNamespaces();
        return member;
    }

    public ICollectionGrain Collection(string key) => Client.GetGrain<ICollectionGrain>(key);

    /// <summary>Deactivates all collections that can be.</summary>
    public Task Deactivate() => Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
