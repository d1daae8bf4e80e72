using EdgeOrleans.Grains;
using EdgeOrleans.Silo.Configuration;
using Orleans.Configuration;
using StackExchange.Redis;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>Orleans as one silo of several: membership in Redis, and how soon a silo that has gone is noticed.</summary>
internal static class ClusterSilo
{
    /// <summary>Configures the silo.</summary>
    public static void UseCluster(this ISiloBuilder silo, ServiceOptions options, ClusterMemberOptions cluster, IConnectionMultiplexer redis)
    {
        silo.Configure<ClusterOptions>(names => (names.ClusterId, names.ServiceId) = (cluster.Id, cluster.ServiceId));
        silo.Configure<SiloOptions>(names => names.SiloName = cluster.Endpoint.ToString());
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = cluster.Endpoint.Address;
            endpoints.SiloPort = cluster.Endpoint.Port;
            endpoints.SiloListeningEndpoint = cluster.Endpoint;
            endpoints.GatewayPort = options.Gateway?.Port ?? 0;
            endpoints.GatewayListeningEndpoint = options.Gateway;
        });
        UseRedis(silo, redis);
        NoticeSoon(silo);
        silo.UseGreeting();
        silo.Services.AddSingleton<IOutgoingGrainCallFilter>(static services => new CallRetries(
            TimeProvider.System, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, LastAnswers>();
        silo.Services.AddSingleton<IFatalErrorHandler, ClusterExit>();
    }

    private static void UseRedis(ISiloBuilder silo, IConnectionMultiplexer redis)
    {
        silo.UseRedisClustering(table =>
        {
            // Asked for, and not looked at beside a connection that is there already.
            table.ConfigurationOptions = new ConfigurationOptions();
            table.CreateMultiplexer = _ => Task.FromResult((redis, true));

            // A member that forgets itself would be a member of nothing.
            table.EntryExpiry = null;
        });

        var original = silo.Services.Last(static service => service.ServiceType == typeof(IMembershipTable));
        var create = original.ImplementationFactory
            ?? throw new InvalidOperationException("Orleans registers its table of members in another way, so that nobody would watch it.");
        silo.Services.Remove(original);
        silo.Services.AddSingleton(services => new MembershipWatch(
            TimeProvider.System, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        silo.Services.AddSingleton<IClusterMember>(static services => services.GetRequiredService<MembershipWatch>());
        silo.Services.AddSingleton(static services => new ReadinessLook("membership", () => services.GetRequiredService<MembershipWatch>().Fault));
        silo.Services.AddSingleton<IMembershipTable>(services => new WatchedMembershipTable(
            (IMembershipTable)create(services), services.GetRequiredService<MembershipWatch>(), services.GetRequiredService<ILocalSiloDetails>()));
        silo.Services.AddHostedService(static services => new TableReader(
            services.GetRequiredService<IMembershipTable>().ReadAllAsync, services.GetRequiredService<MembershipWatch>(), TimeProvider.System));
    }

    /// <summary>
    /// A killed silo breaks its connections and is given up after three probes in vain, so within two seconds; one whose machine lost power
    /// after six, which is MaxProbeTimeout times NumMissedProbesLimit: for as long is forgiven whoever only pauses.
    /// </summary>
    private static void NoticeSoon(ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(static membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(0.5);
            membership.MinProbeTimeout = TimeSpan.FromSeconds(0.5);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            membership.NumMissedProbesLimit = 3;
            membership.NumVotesForDeathDeclaration = 2;
            membership.NumProbedSilos = 10;
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);

            // Three reads within the time after which a silent member stops answering.
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(2);

            // Who is not let in, as with a certificate that the others do not take, ends and says so. Longer than the dead are waited for.
            membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(1);
        });
        silo.Configure<SiloMessagingOptions>(static messaging =>
        {
            messaging.SystemResponseTimeout = TimeSpan.FromSeconds(10);

            // What a silo is asked for that it does not serve any more it refuses, so that the caller tries again (CallRetries). A stopping
            // silo that sent it on instead would often not come to do so, and leave the caller without an answer and in doubt.
            messaging.MaxForwardCount = 0;
        });
        silo.Configure<ConnectionOptions>(static connection => connection.OpenConnectionTimeout = TimeSpan.FromSeconds(2));
    }
}
