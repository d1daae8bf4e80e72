using System.Net;
using EdgeOrleans.Silo.Configuration;
using StackExchange.Redis;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>The connection to the Redis that knows the members of a cluster.</summary>
internal static class RedisLink
{
    // What is not said in the connection string. A Redis that hangs must be noticed before the members doubt each other.
    private const string Defaults = "connectTimeout=3000,asyncTimeout=3000,syncTimeout=3000,name=edgeorleans,";

    // Redis may be starting beside this service; what starts the service starts it again anyway.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a text can be a connection string.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(Defaults + text).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Connects, and from then on again whenever the connection is lost.</summary>
    /// <exception cref="StartFault">Redis does not answer.</exception>
    public static async Task<IConnectionMultiplexer> Connect(string connectionString)
    {
        var configuration = ConfigurationOptions.Parse(Defaults + connectionString);

        // Else a connection that fails once, or is lost later, is lost for good.
        configuration.AbortOnConnectFail = false;

        // The client takes INFO for an administrator's command.
        configuration.AllowAdmin = true;
        var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        string? fault = null;
        redis.ConnectionFailed += (_, failed) => fault = failed.Exception?.GetBaseException().Message ?? failed.FailureType.ToString();
        for (var left = StartLimit; !redis.IsConnected; left -= LookInterval)
        {
            if (left <= TimeSpan.Zero)
            {
                await redis.DisposeAsync();
                throw new StartFault(
                    ExitCode.ClusterUnusable,
                    $"Redis at {string.Join(", ", configuration.EndPoints.Select(TextOf))} ({OptionTable.ClusterRedis.Name}) cannot be reached: {(fault ?? "it does not answer").ReplaceLineEndings(" ")}");
            }

            await Task.Delay(LookInterval);
        }

        return redis;
    }

    /// <summary>How Redis could come to forget the members, as sentences: a cluster that is forgotten has to start anew as a whole.</summary>
    /// <remarks>Asked by INFO, which hosted servers answer too, where CONFIG is often forbidden.</remarks>
    public static async Task<IReadOnlyList<string>> FindRisks(IConnectionMultiplexer redis)
    {
        var risks = new List<string>();
        foreach (var server in redis.GetServers().Where(static server => server.IsConnected && !server.IsReplica))
        {
            try
            {
                var told = (await server.InfoAsync()).SelectMany(static section => section).ToLookup(static line => line.Key, static line => line.Value);
                risks.AddRange(RisksOf(told).Select(risk => $"Redis at {TextOf(server.EndPoint)} {risk}"));
            }
            catch (Exception e) when (e is RedisException or RedisTimeoutException)
            {
                risks.Add($"Redis at {TextOf(server.EndPoint)} does not say whether it keeps what it is told ({e.Message}). It needs 'appendonly yes' and 'maxmemory-policy noeviction'.");
            }
        }

        return risks;
    }

    private static IEnumerable<string> RisksOf(ILookup<string, string> told)
    {
        if (!told["aof_enabled"].Contains("1"))
        {
            yield return "keeps no append-only file: a restart makes it forget the cluster, and the whole cluster start anew. Set 'appendonly yes' there.";
        }

        if (!told["maxmemory_policy"].Contains("noeviction"))
        {
            yield return "may drop keys when its memory is full, the cluster's members among them. Set 'maxmemory-policy noeviction' there.";
        }
    }

    private static string TextOf(EndPoint endpoint) => endpoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endpoint.ToString()!;
}
