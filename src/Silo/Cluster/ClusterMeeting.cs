using EdgeOrleans.Grains;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Silo.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Npgsql;

namespace EdgeOrleans.Silo.Cluster;

/// <content>Compiled into the editions whose size allows it; see the project file.</content>
internal static partial class ClusterSetup
{
    static partial void Include(ref bool included) => included = true;

    static partial void TryRedis(string text, ref bool isOne) => isOne = RedisLink.IsConnectionString(text);

    static partial void Begin(ServiceOptions options, ClusterMemberOptions cluster, ref Task<Action<ISiloBuilder>>? joining) =>
        joining = Meet(options, cluster);

    private static async Task<Action<ISiloBuilder>> Meet(ServiceOptions options, ClusterMemberOptions cluster)
    {
        if (cluster.Redis.Length == 0)
        {
            // Else a forgotten line would make a device of what should be a member.
            throw new StartFault(
                ExitCode.Configuration, $"{OptionTable.ClusterStorage.Name} is set, so {OptionTable.ClusterRedis.Name} must be: it says where the cluster's members are known.");
        }

        var storage = ClusterStorage.Make(cluster.Storage);
        await ClusterStorage.Require(storage, cluster);
        var redis = await RedisLink.Connect(cluster.Redis);
        var entry = new ClusterEntry(cluster, storage, redis.GetDatabase(), TimeProvider.System);
        var notice = await entry.Enter(CancellationToken.None);
        string[] notices = [.. await RedisLink.FindRisks(redis), .. notice is null ? Array.Empty<string>() : [notice]];
        return silo =>
        {
            silo.UseSilo(options);
            silo.UseCluster(options, cluster, redis);
            silo.AddStorage(options, storage, cluster.ServiceId);
            silo.Services.AddSingleton(new MemberRegistry(storage, cluster, TimeProvider.System));
            silo.Services.AddHostedService(services => new ClusterPresence(
                services.GetRequiredService<MemberRegistry>(),
                services.GetRequiredService<MembershipWatch>(),
                services.GetRequiredService<IServer>(),
                notices,
                services.GetRequiredService<ILogger<ClusterPresence>>()));
        };
    }

    private static void AddStorage(this ISiloBuilder silo, ServiceOptions options, NpgsqlDataSource storage, string serviceId)
    {
        const string name = "postgres";
        silo.Services.AddSingleton(_ => new ClusterRows(storage, serviceId));
        silo.AddEdgeOrleansClusterGrains(new ClusterGrainsSetup
        {
            Limits = options.Limits,
            Writes = options.Writes,
            Memory = options.Memory,
            Connections = new NpgsqlConnectionStringBuilder(storage.ConnectionString).MaxPoolSize,
            Storage = services => new WriteBehindTarget(
                name, new MeasuredRows(name, services.GetRequiredService<ClusterRows>()), isPrimary: true, TimeSpan.Zero),
        });
        if (options.Site is { } site)
        {
            silo.AddDeviceReader(site);
        }
    }
}
