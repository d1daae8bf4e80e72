using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// The service as a member of a cluster, in editions that are compiled with the rest of this folder: Redis' client and its JSON library
/// would make the native binary larger by more than all of Orleans is worth to a device.
/// </summary>
internal static partial class ClusterSetup
{
    /// <summary>Whether this edition can be a member of a cluster.</summary>
    public static bool IsIncluded
    {
        get
        {
            var included = false;
            Include(ref included);
            return included;
        }
    }

    /// <summary>Whether a text can be a connection string of Redis.</summary>
    public static bool IsRedis(string text)
    {
        var isOne = false;
        TryRedis(text, ref isOne);
        return isOne;
    }

    /// <summary>Meets the cluster: what can be known before a silo runs is looked at here.</summary>
    /// <returns>What makes a silo a member.</returns>
    /// <exception cref="StartFault">Redis or PostgreSQL cannot be reached, or must not be used.</exception>
    public static Task<Action<ISiloBuilder>> Join(ServiceOptions options, ClusterMemberOptions cluster)
    {
        Task<Action<ISiloBuilder>>? joining = null;
        Begin(options, cluster, ref joining);
        return joining ?? throw new InvalidOperationException("This edition cannot be a member of a cluster.");
    }

    static partial void Include(ref bool included);

    static partial void TryRedis(string text, ref bool isOne);

    static partial void Begin(ServiceOptions options, ClusterMemberOptions cluster, ref Task<Action<ISiloBuilder>>? joining);
}
