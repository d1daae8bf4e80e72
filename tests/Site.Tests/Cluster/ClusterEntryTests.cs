using System.Net;
using EdgeOrleans.ServiceHarness.Servers;
using EdgeOrleans.Silo;
using EdgeOrleans.Silo.Cluster;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Site.Tests.Servers;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using StackExchange.Redis;

namespace EdgeOrleans.Site.Tests.Cluster;

/// <summary>Who may join a cluster, by real Redis and real PostgreSQL. Members that run are played by their rows.</summary>
[Collection(SiteCollection.Name)]
public sealed class ClusterEntryTests(SiteServer server) : IAsyncLifetime
{
    private const string TokenKey = "service/token/cluster";

    private readonly FakeTimeProvider _waiting = new();
    private readonly RedisServer _server = new();
    private NpgsqlDataSource _storage = null!;
    private IConnectionMultiplexer _redis = null!;

    private IDatabase Redis => _redis.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        await _server.Start();
        _redis = await RedisLink.Connect(_server.ConnectionString);
        await Redis.KeyDeleteAsync(TokenKey);
        _storage = ClusterStorage.Make(server.ConnectionString(await server.CreateDatabase()));
        await ClusterStorage.Require(_storage, Member(1, createsSchema: true));
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _storage.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task First_member_gives_the_cluster_its_word_and_the_next_finds_it()
    {
        Assert.Null(await Enter(Member(1)));
        var token = (string?)await Redis.StringGetAsync(TokenKey);
        Assert.Equal(token, await Query("SELECT token FROM clusters"));
        Assert.Null(await Enter(Member(2)));
        Assert.Equal(token, (string?)await Redis.StringGetAsync(TokenKey));
        Assert.Equal("2", await Query("SELECT count(*)::text FROM cluster_members WHERE is_here"));
    }

    [Fact]
    public async Task Member_waits_while_others_live_whom_an_emptied_Redis_does_not_know_and_begins_anew_when_they_have_gone()
    {
        await Enter(Member(1));
        var token = (string?)await Redis.StringGetAsync(TokenKey);
        await Redis.KeyDeleteAsync(TokenKey);
        var entering = Enter(Member(2));
        for (var second = 0; second < 5; second++)
        {
            await Pass(TimeSpan.FromSeconds(1));
            Assert.False(entering.IsCompleted);
        }

        Assert.False(await Redis.KeyExistsAsync(TokenKey));
        await Leave(Member(1));
        await PassUntil(entering);
        Assert.Contains("Redis had forgotten", await entering, StringComparison.Ordinal);
        Assert.Equal(token, (string?)await Redis.StringGetAsync(TokenKey));
    }

    [Fact]
    public async Task Member_of_another_Redis_than_those_that_live_is_refused_in_the_end()
    {
        await Enter(Member(1));
        await Redis.KeyDeleteAsync(TokenKey);
        var entering = Enter(Member(2));
        await PassUntil(entering);
        var fault = await Assert.ThrowsAsync<StartFault>(() => entering);
        Assert.Equal(ExitCode.ClusterUnusable, fault.ExitCode);
        Assert.Contains("127.0.0.1:11001", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public async Task Member_that_was_killed_a_moment_ago_does_not_wait_for_itself()
    {
        await Enter(Member(1));
        await Redis.KeyDeleteAsync(TokenKey);
        Assert.Contains("Redis had forgotten", await Enter(Member(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_is_refused_while_another_cluster_writes_the_same_data()
    {
        await Enter(Member(1));
        var entering = Enter(Member(2, id: "other"));
        await PassUntil(entering);
        Assert.Contains("in use by cluster 'cluster'", (await Assert.ThrowsAsync<StartFault>(() => entering)).Message, StringComparison.Ordinal);
        Assert.Null(await Enter(Member(2, id: "other", serviceId: "otherservice")));
    }

    [Fact]
    public async Task Redis_that_knows_the_cluster_by_other_data_is_refused()
    {
        await Redis.StringSetAsync(TokenKey, "another word");
        var fault = await Assert.ThrowsAsync<StartFault>(() => Enter(Member(1)));
        Assert.Equal(ExitCode.ClusterUnusable, fault.ExitCode);
        Assert.Contains(TokenKey, fault.Message, StringComparison.Ordinal);
        Assert.Null(await Query("SELECT token FROM clusters"));
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(-11)]
    [InlineData(11)]
    [InlineData(7200)]
    public async Task Clock_that_is_not_the_others_is_refused_with_both_times(int secondsOff)
    {
        await Enter(Member(1));
        var fault = await Assert.ThrowsAsync<StartFault>(() => Enter(Member(2), secondsOff));
        Assert.Equal(ExitCode.ClockWrong, fault.ExitCode);
        Assert.Contains("clock", fault.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:11001", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_earlier_than_what_the_cluster_last_saw_is_refused_also_when_nobody_lives()
    {
        await Enter(Member(1));
        await Leave(Member(1));
        Assert.Equal(ExitCode.ClockWrong, (await Assert.ThrowsAsync<StartFault>(() => Enter(Member(1), -60))).ExitCode);
        Assert.Null(await Enter(Member(1), 7200));
    }

    [Fact]
    public async Task Redis_that_forgets_is_named_as_a_risk_and_one_that_does_not_is_none()
    {
        if (!_server.IsOwn)
        {
            Assert.Skip($"{RedisServer.Variable} names a server that this test must not change.");
        }

        Assert.Empty(await RedisLink.FindRisks(_redis));
        await Redis.ExecuteAsync("CONFIG", "SET", "appendonly", "no");
        await Redis.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var risks = await RedisLink.FindRisks(_redis);
        Assert.Contains(risks, static risk => risk.Contains("appendonly yes", StringComparison.Ordinal));
        Assert.Contains(risks, static risk => risk.Contains("noeviction", StringComparison.Ordinal));
    }

    private static ClusterMemberOptions Member(int number, string id = "cluster", string serviceId = "service", bool createsSchema = false) => new()
    {
        Redis = "",
        Storage = "",
        Id = id,
        ServiceId = serviceId,
        Endpoint = new IPEndPoint(IPAddress.Loopback, 11_000 + number),
        CreatesSchema = createsSchema,
    };

    private Task<string?> Enter(ClusterMemberOptions member, int secondsOff = 0) =>
        new ClusterEntry(member, _storage, Redis, new Clock(_waiting, secondsOff)).Enter(default);

    private Task Leave(ClusterMemberOptions member) => new MemberRegistry(_storage, member, TimeProvider.System).Leave(default);

    private async Task PassUntil(Task task)
    {
        for (var i = 0; i < 100 && !task.IsCompleted; i++)
        {
            await Pass(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Lets time pass for whoever waits, and then him look again.</summary>
    private async Task Pass(TimeSpan time)
    {
        await Task.Delay(50);
        _waiting.Advance(time);
    }

    private async Task<string?> Query(string sql)
    {
        await using var command = _storage.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>A clock that is right or off, since PostgreSQL's is beside it, while waiting takes as long as the test says.</summary>
    private sealed class Clock(FakeTimeProvider waiting, int secondsOff) : TimeProvider
    {
        public override long TimestampFrequency => waiting.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddSeconds(secondsOff);

        public override long GetTimestamp() => waiting.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            waiting.CreateTimer(callback, state, dueTime, period);
    }
}
