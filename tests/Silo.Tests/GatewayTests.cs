using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeOrleans.ServiceHarness;
using Orleans.Serialization;

namespace EdgeOrleans.Silo.Tests;

/// <summary>Other .NET services as Orleans clients, through the gateway port and real sockets.</summary>
public sealed class GatewayTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly int _port = FreePort.Find();

    /// <summary>An interface that the service does not have.</summary>
    [Alias("EdgeOrleans.Silo.Tests.IStranger")]
    public interface IStranger : IGrainWithStringKey
    {
        [Alias("Greet")]
        Task Greet();
    }

    /// <summary>A class that the service does not have.</summary>
    [GenerateSerializer]
    [Alias("EdgeOrleans.Silo.Tests.Stranger")]
    public sealed class Stranger
    {
        [Id(0)]
        public required string Name { get; init; }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Client_calls_every_method_of_the_public_grains()
    {
        await using var service = await Start(new ServiceSetup());
        Assert.Equal(new[] { _port, service.Address.Port }.Order(), ListeningSockets.PortsOf(service.Id).Order());

        await using var client = await ClusterClient.Connect(_port);
        var users = client.Collection("shop", "users");
        var written = await users.Apply(new WriteBatch
        {
            Operations =
            [
                new Operation { Kind = OperationKind.Set, Key = "u1", Value = Encoding.UTF8.GetBytes("{\"n\":1}") },
                new Operation { Kind = OperationKind.Delete, Key = "u2" },
                new Operation { Kind = OperationKind.Set, Key = "", Value = Encoding.UTF8.GetBytes("1") },
            ],
        });
        Assert.Null(written[0].Refusal);
        Assert.Null(written[1].Refusal);
        Assert.Equal(RefusalCode.InvalidParams, written[2].Refusal!.Code);
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString((await users.Get("u1"))!.Value.Span));
        Assert.Equal("{\"n\":1}", await FromHttp(service));
        Assert.Null(await users.Get("u2"));
        Assert.Equal(["u1"], (await users.List(new ListQuery())).Keys);
        Assert.Equal(1, (await users.Info()).KeyCount);
        await Assert.ThrowsAsync<RefusedException>(async () => await users.List(new ListQuery { Limit = 0 }));

        var catalog = client.Grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);
        Assert.Equal(["shop"], await catalog.ListNamespaces());
        Assert.Equal(["users"], await catalog.ListCollections("shop"));
        Assert.Equal(1, (await catalog.NamespaceInfo("shop")).KeyCount);
        Assert.Null(await catalog.DeleteCollection("shop", "users"));
        Assert.Null(await catalog.DeleteNamespace("shop"));
        Assert.Empty(await catalog.ListNamespaces());

        // The start line: nothing went wrong behind the answers.
        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Long_values_and_many_calls_at_once_arrive_as_they_were_sent()
    {
        await using var service = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port);
        var docs = client.Collection("shop", "docs");
        var megabyte = Encoding.UTF8.GetBytes($"\"{new string('x', 1_000_000)}\"");
        Assert.Null((await Set(docs, "big", megabyte)).Refusal);
        Assert.True((await docs.Get("big"))!.Value.Span.SequenceEqual(megabyte));

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var value = Encoding.UTF8.GetBytes($"{{\"n\":{i}}}");
            Assert.Null((await Set(docs, $"k{i}", value)).Refusal);
            Assert.True((await docs.Get($"k{i}"))!.Value.Span.SequenceEqual(value));
        }));
        Assert.Equal(201, (await docs.Info()).KeyCount);
        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Condition_limit_and_expiry_cross_the_wire()
    {
        await using var service = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port);
        var users = client.Collection("shop", "users");
        var first = await Set(users, "u", "1"u8.ToArray());
        var results = await users.Apply(new WriteBatch
        {
            Atomic = true,
            Operations =
            [
                new Operation { Kind = OperationKind.Set, Key = "u", Value = "2"u8.ToArray(), Precondition = PreconditionKind.Version, ExpectedVersion = first.Version },
                new Operation { Kind = OperationKind.Set, Key = "v", Value = "3"u8.ToArray(), Precondition = PreconditionKind.Exists },
            ],
        });
        Assert.Equal([RefusalCode.BatchRefused, RefusalCode.PreconditionFailed], results.Select(static result => result.Refusal!.Code));
        Assert.Equal(RefusalCode.ValueTooLarge, (await Set(users, "w", new byte[2_000_000])).Refusal!.Code);
        var page = await users.List(new ListQuery { Prefix = "u", Limit = 1 });
        Assert.Equal(["u"], page.Keys);
        Assert.Equal(1, page.Total);
        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Context_of_a_request_goes_along_with_the_calls_it_causes()
    {
        await using var service = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port);
        await CallBothGrains(client, ("caller", "kitchen"), ("attempt", 1), ("call", Guid.NewGuid()));
        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Context_may_hold_a_dictionary_whatever_its_comparer()
    {
        await using var service = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port);
        foreach (var comparer in new IEqualityComparer<string>?[] { null, StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase, StringComparer.InvariantCultureIgnoreCase })
        {
            await CallBothGrains(client, ("headers", new Dictionary<string, object>(comparer) { ["Accept"] = "json", ["Depth"] = 1 }));
        }

        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Context_that_the_service_cannot_read_fails_the_call_and_no_other()
    {
        await using var service = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port);
        await Assert.ThrowsAnyAsync<SerializerException>(() => CallBothGrains(client, ("stranger", new Stranger { Name = "x" })));
        await CallBothGrains(client);
    }

    [Fact]
    public async Task Exception_arrives_as_what_it_is()
    {
        await using var service = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port);
        var users = client.Collection("shop", "users");
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await users.Get(""));
        Assert.Equal(RefusalCode.InvalidParams, refused.Refusal.Code);
        Assert.NotEmpty(refused.Message);

        // The grain type is one of ours; the interface is not.
        await Assert.ThrowsAnyAsync<Exception>(() => client.Grains.GetGrain<IStranger>("x").Greet());
        Assert.Equal(0, (await users.Info()).KeyCount);
    }

    [Fact]
    public async Task Call_that_takes_too_long_ends_at_the_client_and_the_next_one_is_served()
    {
        await using var service = await Start(new ServiceSetup().With("Testing:FlushDelayMs", "3000"));
        await using var client = await ClusterClient.Connect(_port, responseTimeout: TimeSpan.FromSeconds(1));
        var users = client.Collection("shop", "users");
        await Assert.ThrowsAsync<TimeoutException>(() => Set(users, "u", "1"u8.ToArray()));
        Assert.Null(await users.Get("v"));
    }

    [Fact]
    public async Task Client_finds_the_service_again_after_a_kill()
    {
        await using var first = await Start(new ServiceSetup());
        await using var client = await ClusterClient.Connect(_port, responseTimeout: TimeSpan.FromSeconds(5));
        var users = client.Collection("shop", "users");
        var before = (await Set(users, "u", "1"u8.ToArray())).Version;
        await first.Kill();
        await Assert.ThrowsAnyAsync<Exception>(async () => await users.Get("u"));

        await using var second = await Start(new ServiceSetup());
        var entry = await Again(async () => await users.Get("u"));
        Assert.Equal(before, entry!.Version);
        Assert.True((await Set(users, "u", "2"u8.ToArray())).Version > before);
        Assert.Equal(["shop"], await client.Grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key).ListNamespaces());
    }

    [Fact]
    public async Task Taken_port_ends_it_with_5()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        var exit = await ServiceProcess.RunToExit(_directory, new ServiceSetup().With("Gateway:Port", port));
        Assert.Equal((int)ExitCode.AddressUnavailable, exit.Code);
        Assert.Contains($"127.0.0.1:{port} (Gateway:Port)", Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.Empty(exit.Output);
    }

    [Fact]
    public async Task Port_open_to_others_is_warned_of()
    {
        var setup = new ServiceSetup().With("Gateway:Port", FreePort.Find().ToString(CultureInfo.InvariantCulture)).With("Gateway:Address", "0.0.0.0").With("Cluster:AllowPlain", "true");
        await using var service = await ServiceProcess.Start(_directory, setup);
        await service.WaitForLine("Gateway:Port is open to other machines", TimeSpan.FromSeconds(5));
    }

    private static async Task CallBothGrains(ClusterClient client, params (string Name, object Value)[] context)
    {
        foreach (var (name, value) in context)
        {
            RequestContext.Set(name, value);
        }

        try
        {
            Assert.Null((await Set(client.Collection("shop", "users"), "u", "1"u8.ToArray())).Refusal);

            // The catalog asks the collection: from grain to grain the context is copied.
            Assert.Equal(1, (await client.Grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key).NamespaceInfo("shop")).KeyCount);
        }
        finally
        {
            RequestContext.Clear();
        }
    }

    private Task<ServiceProcess> Start(ServiceSetup setup) =>
        ServiceProcess.Start(_directory, setup.With("Gateway:Port", _port.ToString(CultureInfo.InvariantCulture)));

    private static async Task<WriteResult> Set(ICollectionGrain collection, string key, byte[] value) =>
        (await collection.Apply(new WriteBatch { Operations = [new Operation { Kind = OperationKind.Set, Key = key, Value = value }] }))[0];

    /// <summary>Calls until it is answered, as a client does whose gateway comes back.</summary>
    private static async Task<T> Again<T>(Func<Task<T>> call)
    {
        var begin = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException && begin.Elapsed < TimeSpan.FromSeconds(15))
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task<string> FromHttp(ServiceProcess service)
    {
        var entry = await service.Client.GetStringAsync(new Uri("/api/v1/kv/shop/users/u1", UriKind.Relative), TestContext.Current.CancellationToken);
        using var json = System.Text.Json.JsonDocument.Parse(entry);
        return json.RootElement.GetProperty("value").GetRawText();
    }
}
