using System.Globalization;
using EdgeOrleans.Cluster.Tests.Figures;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.ServiceHarness.Servers;

namespace EdgeOrleans.Cluster.Tests.Lab;

/// <summary>
/// A site of three members with its PostgreSQL and its Redis, started once for all tests; each test leaves it whole. Members have networks
/// of their own where the machine allows, else they share the loopback address.
/// </summary>
public sealed class ClusterLab : IAsyncLifetime
{
    private const int Size = 3;
    private const string Password = "neverInALog7";

    private readonly FailureTable _table = new();
    private Lan? _lan;
    private string _database = "";

    internal PostgresServer Postgres { get; private set; } = null!;

    internal RedisServer Redis { get; private set; } = null!;

    internal IReadOnlyList<Member> Members { get; private set; } = [];

    /// <summary>Why there are no links to pull; null when there are.</summary>
    internal string? WhyNoLan { get; private set; }

    internal FailureTable Table => _table;

    /// <summary>The links; the test is skipped where there are none.</summary>
    internal Lan Lan
    {
        get
        {
            Assert.SkipWhen(_lan is null, WhyNoLan ?? "");
            return _lan!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        await MakeServers();
        await Postgres.InitializeAsync();
        await Redis.Start();
        _database = await Postgres.CreateDatabase();
        Members = [.. Enumerable.Range(0, Size).Select(NewMember)];

        // The first makes the schema.
        await Members[0].Start();
        await Task.WhenAll(Members.Skip(1).Select(static member => member.Start()));
    }

    public async ValueTask DisposeAsync()
    {
        await _table.Write();
        await Task.WhenAll(Members.Select(static member => Evidence.Write($"member-{member.Number}.log", member.Lines)));
        await Task.WhenAll(Members.Select(static member => member.DisposeAsync().AsTask()));
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        if (_lan is not null)
        {
            await _lan.DisposeAsync();
        }
    }

    /// <summary>Starts what does not run, and waits until every member is ready.</summary>
    internal Task MakeWhole() => Task.WhenAll(Members.Select(static member => member.Start()));

    /// <summary>What a member that loads them would find in collections whose names begin so: values by collection and key.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> Stored(string prefix) =>
        (await Postgres.Query(_database, $"SELECT collection || '/' || key || '=' || text FROM entries WHERE namespace = 'default' AND starts_with(collection, '{prefix}-')"))
        .Select(static row => row!.Split('='))
        .ToDictionary(static row => row[0], static row => long.Parse(row[1], CultureInfo.InvariantCulture));

    /// <summary>After a test that ended half-way: mends all that it may have broken, and starts every member again.</summary>
    internal async Task StartAnew()
    {
        if (_lan is not null)
        {
            await _lan.Mend();
        }

        await Postgres.Mend();
        await Redis.Mend();
        await Task.WhenAll(Members.Select(static member => member.Kill()));
        await MakeWhole();
    }

    /// <summary>Whatever failed, no member has written a password into its log.</summary>
    internal void MustHaveKeptItsPasswords() => Assert.All(
        Members, static member => Assert.DoesNotContain(member.Lines, static line => line.Contains(Password, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Skips a test that harms servers which are not its own.</summary>
    internal void RequireOwnServers()
    {
        Assert.SkipUnless(Postgres.IsOwn, $"{PostgresServer.Variable} names a server that this test must not harm.");
        Assert.SkipUnless(Redis.IsOwn, $"{RedisServer.Variable} names a server that this test must not harm.");
    }

    private async Task MakeServers()
    {
        (Postgres, Redis) = (new PostgresServer(), new RedisServer(password: Password));
        if (!Postgres.IsOwn || !Redis.IsOwn)
        {
            WhyNoLan = "servers elsewhere are not reached from networks of the members' own";
            return;
        }

        (_lan, WhyNoLan) = await Lan.TryCreate(Size);
        if (_lan is not null)
        {
            await Redis.DisposeAsync();
            (Postgres, Redis) = (new PostgresServer(_lan.PostgresAddress), new RedisServer(_lan.RedisAddress, Password));
        }
    }

    private Member NewMember(int number)
    {
        var address = _lan?.AddressOf(number) ?? "127.0.0.1";
        var http = new UriBuilder("http", address, _lan is null ? FreePort.Find() : 8080).Uri;
        var setup = new ServiceSetup { Command = [.. _lan?.Within(number) ?? [], ServiceBinary.Path] }
            .With("Http:Listen", http.GetLeftPart(UriPartial.Authority))
            .With("Http:AllowAnonymous", "true")
            .With("Cluster:Redis", Redis.ConnectionString)
            .With("Cluster:Storage", Postgres.IsOwn ? $"{Postgres.ConnectionString(_database)};Password={Password}" : Postgres.ConnectionString(_database))
            .With("Cluster:CreateSchema", "true")
            .With("Cluster:Id", string.Create(CultureInfo.InvariantCulture, $"test{Environment.ProcessId}"))
            .With("Cluster:Address", address)
            .With("Cluster:Port", string.Create(CultureInfo.InvariantCulture, $"{(_lan is null ? FreePort.Find() : 11111)}"))
            .With("Cluster:AllowPlain", "true");
        return new Member(number, http, setup);
    }
}

/// <summary>One cluster for all tests, so they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterTestCollection : ICollectionFixture<ClusterLab>
{
    public const string Name = "cluster";
}
