using EdgeOrleans.Silo.Configuration;
using Npgsql;
using StackExchange.Redis;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// What must be so before a member joins: that Redis and PostgreSQL speak of one cluster, that no other cluster lives on the same data,
/// and that this machine's clock is the others'.
/// </summary>
/// <remarks>
/// <para>
/// Redis alone says who the members are, and a Redis that has lost its memory says: nobody. Members that run never write themselves down
/// again, so a member that starts then would found a second cluster beside theirs, over the same rows. Hence the cluster has a random word
/// that is kept in PostgreSQL for good and in Redis beside the members. Where Redis has the word, it has the members too: both are lost
/// together or not at all.
/// </para>
/// <para>
/// Where Redis lacks the word, it was emptied (or is another one), and the word must not be put back while anyone lives who was a member
/// before. That is asked of PostgreSQL, where every member shows itself every few seconds. Those who run notice for themselves that their
/// own entry is gone and end (<see cref="MembershipWatch"/>), so waiting a while is enough; whoever has not shown itself for longer than a
/// few renewals is taken to be dead, and would find its entry gone as well if it ever came back. Then the word is put back, and all who
/// start meet under it. A member of another Redis, set up by mistake, never stops showing itself, so the start ends with a line.
/// </para>
/// </remarks>
internal sealed class ClusterEntry(ClusterMemberOptions cluster, NpgsqlDataSource storage, IDatabase redis, TimeProvider time)
{
    // Longer than the members that run need to notice that they were forgotten and to end, and those that are dead to be missed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    // Machines that ask a time server differ by milliseconds; members take each other for dead at half a minute.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(10);

    private readonly MemberRegistry _registry = new(storage, cluster, time);

    private RedisKey TokenKey => $"{cluster.ServiceId}/token/{cluster.Id}";

    /// <summary>Enters, and waits a while where waiting may be enough.</summary>
    /// <returns>What an operator should know of it, as a sentence; <see langword="null"/> when all was as it had been left.</returns>
    /// <exception cref="StartFault">This member must not join.</exception>
    public async Task<string?> Enter(CancellationToken ct)
    {
        try
        {
            for (var begun = time.GetTimestamp(); ;)
            {
                var (obstacle, notice) = await TryEnter(ct);
                if (obstacle is null)
                {
                    return notice;
                }

                if (time.GetElapsedTime(begun) > Patience)
                {
                    throw new StartFault(ExitCode.ClusterUnusable, obstacle);
                }

                await Task.Delay(LookInterval, time, ct);
            }
        }
        catch (Exception e) when (e is RedisException or RedisTimeoutException)
        {
            throw new StartFault(ExitCode.ClusterUnusable, $"Redis ({OptionTable.ClusterRedis.Name}) cannot be used: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw ClusterStorage.Fault(e);
        }
    }

    private async Task<(string? Obstacle, string? Notice)> TryEnter(CancellationToken ct)
    {
        await using var connection = await storage.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await _registry.Lock(connection, ct);
        var members = await _registry.List(connection, ct);
        RequireClock(members);
        if (members.FirstOrDefault(member => member.IsAlive && member.Cluster != cluster.Id) is { } stranger)
        {
            return ($"The data of service '{cluster.ServiceId}' is in use by cluster '{stranger.Cluster}' ({stranger.Silo}): one cluster at a time may write it. "
                + $"Set {OptionTable.ClusterId.Name} as there, or {OptionTable.ClusterServiceId.Name} to another name.", null);
        }

        var token = await _registry.ReadToken(connection, ct);
        var known = (string?)await redis.StringGetAsync(TokenKey);
        if (known is not null && known != token)
        {
            throw new StartFault(
                ExitCode.ClusterUnusable,
                $"Redis knows a cluster '{cluster.Id}' of service '{cluster.ServiceId}' whose data is in another database than {OptionTable.ClusterStorage.Name}. "
                + $"Set {OptionTable.ClusterId.Name} or {OptionTable.ClusterServiceId.Name} to another name here; or, if that data is given up, remove the key '{TokenKey}' from Redis.");
        }

        var alive = members.Where(static member => member.IsAlive).Select(static member => member.Silo).ToArray();
        if (known is null && alive.Length > 0)
        {
            return ($"Redis does not know cluster '{cluster.Id}', but PostgreSQL saw its members {string.Join(", ", alive)} just now: Redis was emptied, or "
                + $"{OptionTable.ClusterRedis.Name} is not the same here as there. A start would make a second cluster over the same data.", null);
        }

        var notice = known is null && token is not null
            ? $"Redis had forgotten cluster '{cluster.Id}'. None of its members is alive, so it begins anew."
            : null;
        if (token is null)
        {
            token = Guid.NewGuid().ToString("N");
            await _registry.WriteToken(connection, token, ct);
        }

        await _registry.Renew(connection, ct);
        await transaction.CommitAsync(ct);

        // Not before PostgreSQL has it: a word that Redis alone knows would be taken for another cluster's. Whoever starts between the two
        // sees this member alive, and waits.
        if (known is null)
        {
            await redis.StringSetAsync(TokenKey, token, when: When.NotExists);
        }

        return (null, notice);
    }

    /// <summary>
    /// A member whose clock is behind is taken for dead by the others, or for an earlier life of itself; one whose clock is ahead takes the
    /// others for dead.
    /// </summary>
    private void RequireClock(IReadOnlyList<SeenMember> members)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (members.FirstOrDefault(member => member.IsAlive && (now - member.ClockNow).Duration() > ClockTolerance) is { } other)
        {
            throw ClockFault($"member {other.Silo} has {other.ClockNow:yyyy-MM-ddTHH:mm:ssZ}");
        }

        if (members.Where(member => now < member.Clock - ClockTolerance).MaxBy(static member => member.Clock) is { } earlier)
        {
            throw ClockFault(
                $"member {earlier.Silo} was seen at {earlier.Clock:yyyy-MM-ddTHH:mm:ssZ} by its own. If that one was wrong, remove its row from the table cluster_members");
        }

        StartFault ClockFault(string other) => new(
            ExitCode.ClockWrong,
            $"This machine's clock has {now:yyyy-MM-ddTHH:mm:ssZ}, but {other}: a cluster needs one time. Set the clock (time-sync.target) and start again.");
    }
}
