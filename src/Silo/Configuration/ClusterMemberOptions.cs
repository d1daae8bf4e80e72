using System.Net;
using EdgeOrleans.Silo.Cluster;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>The cluster that this service is a member of, and where its members meet.</summary>
internal sealed class ClusterMemberOptions
{
    private const int MaxNameLength = 64;

    /// <summary>How to reach the Redis that knows the members; empty for a verb that asks only for the data. May hold a password: never shown.</summary>
    public required string Redis { get; init; }

    /// <summary>How to reach the PostgreSQL that holds the data. May hold a password: never shown.</summary>
    public required string Storage { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string Id { get; init; }

    /// <summary>The name that the data is stored under.</summary>
    public required string ServiceId { get; init; }

    /// <summary>Where the other members reach this one.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>Whether the schema may be made, or brought up to date, without an operator's command.</summary>
    public required bool CreatesSchema { get; init; }

    /// <summary>Whether a text can name a cluster or its data: part of keys in Redis, so without their separators.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Reads the section.</summary>
    /// <returns><see langword="null"/> when this service is a member of no cluster.</returns>
    /// <exception cref="StartFault">An option is out of its bound or missing, or this edition cannot be a member.</exception>
    public static ClusterMemberOptions? Read(IConfiguration configuration)
    {
        RequireEdition(configuration);
        var cluster = new ClusterMemberOptions
        {
            Redis = OptionTable.ClusterRedis.Read(configuration),
            Storage = OptionTable.ClusterStorage.Read(configuration),
            Id = OptionTable.ClusterId.Read(configuration),
            ServiceId = OptionTable.ClusterServiceId.Read(configuration),
            Endpoint = new IPEndPoint(
                IPAddress.Parse(OptionTable.ClusterAddress.Read(configuration)), OptionTable.ClusterPort.ReadInt32(configuration)),
            CreatesSchema = OptionTable.ClusterCreatesSchema.Read(configuration),
        };
        ClusterTlsOptions.RequireLocalOrGuarded(configuration, OptionTable.ClusterAddress, cluster.Endpoint.Address);
        return cluster.Storage.Length > 0 ? cluster
            : cluster.Redis.Length == 0 ? null
            : throw new StartFault(
                ExitCode.Configuration, $"{OptionTable.ClusterRedis.Name} is set, so {OptionTable.ClusterStorage.Name} must be: it says where the cluster's data is.");
    }

    private static void RequireEdition(IConfiguration configuration)
    {
        if (!ClusterSetup.IsIncluded
            && OptionTable.All.Except(ClusterTlsOptions.All).FirstOrDefault(option => option.Name.StartsWith("Cluster:", StringComparison.Ordinal) && configuration[option.Name] is { Length: > 0 }) is { } set)
        {
            throw new StartFault(
                ExitCode.Configuration,
                $"{set.Name} is set, but must be empty: the native edition is never a member of a cluster; the site edition, which runs on .NET's runtime, can be.");
        }
    }
}
