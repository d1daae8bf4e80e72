using EdgeOrleans.Silo.Configuration;
using Npgsql;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// What PostgreSQL knows of the clusters over its data: a word that is the cluster's own, and which members were last seen when. Beside
/// Redis, which may forget, because whoever writes the data must never have forgotten who else does.
/// </summary>
internal sealed class MemberRegistry(NpgsqlDataSource source, ClusterMemberOptions cluster, TimeProvider time)
{
    /// <summary>How often a member shows itself.</summary>
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(3);

    // Four renewals that failed, and a second.
    private const string IsAlive = "is_here AND seen_at > now() - interval '13 seconds'";

    private readonly string _silo = cluster.Endpoint.ToString();

    /// <summary>Begins what only one starting member at a time may do; ended by the transaction.</summary>
    public async Task Lock(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Command(connection, "SELECT pg_advisory_xact_lock(hashtextextended('edgeorleans cluster ' || @service, 0))");
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The cluster's word; <see langword="null"/> when it was never started.</summary>
    public async Task<string?> ReadToken(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Command(connection, "SELECT token FROM clusters WHERE service = @service AND cluster = @cluster");
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>Gives a new cluster its word.</summary>
    public async Task WriteToken(NpgsqlConnection connection, string token, CancellationToken ct)
    {
        await using var command = Command(connection, "INSERT INTO clusters (service, cluster, token) VALUES (@service, @cluster, @token)");
        command.Parameters.AddWithValue("token", token);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>All that were ever seen over this data, this one's earlier life included.</summary>
    public async Task<IReadOnlyList<SeenMember>> List(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Command(
            connection, $"SELECT cluster, silo, {IsAlive}, clock, clock + (now() - seen_at) FROM cluster_members WHERE service = @service ORDER BY silo");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var members = new List<SeenMember>();
        while (await reader.ReadAsync(ct))
        {
            var (name, silo) = (reader.GetString(0), reader.GetString(1));
            var isOther = silo != _silo || name != cluster.Id;
            members.Add(new SeenMember(name, silo, isOther && reader.GetBoolean(2), reader.GetDateTime(3), reader.GetDateTime(4)));
        }

        return members;
    }

    /// <summary>Shows that this member is there.</summary>
    public async Task Renew(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Command(
            connection,
            """
            INSERT INTO cluster_members (service, cluster, silo, is_here, seen_at, clock) VALUES (@service, @cluster, @silo, true, now(), @clock)
            ON CONFLICT (service, cluster, silo) DO UPDATE SET is_here = true, seen_at = now(), clock = excluded.clock
            """);
        command.Parameters.AddWithValue("silo", _silo);
        command.Parameters.AddWithValue("clock", time.GetUtcNow().UtcDateTime);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <inheritdoc cref="Renew(NpgsqlConnection, CancellationToken)"/>
    public async Task Renew(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await Renew(connection, ct);
    }

    /// <summary>Says that this member is gone, so that nobody waits for it.</summary>
    public async Task Leave(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var command = Command(
            connection, "UPDATE cluster_members SET is_here = false WHERE service = @service AND cluster = @cluster AND silo = @silo");
        command.Parameters.AddWithValue("silo", _silo);
        await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("service", cluster.ServiceId);
        command.Parameters.AddWithValue("cluster", cluster.Id);
        return command;
    }
}

/// <summary>A member as it last showed itself.</summary>
/// <param name="Cluster">The cluster it was in.</param>
/// <param name="Silo">Where the others reached it.</param>
/// <param name="IsAlive">Whether it is another than this one, and must be taken to be there.</param>
/// <param name="Clock">What its clock said then.</param>
/// <param name="ClockNow">What it will say now, if it has not been changed.</param>
internal sealed record SeenMember(string Cluster, string Silo, bool IsAlive, DateTime Clock, DateTime ClockNow);
