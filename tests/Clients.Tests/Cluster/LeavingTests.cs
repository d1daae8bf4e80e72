using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>Collections that leave memory, because others need it, and come back when they are used.</summary>
[Collection(SiteCollection.Name)]
public sealed class LeavingTests(SiteServers servers)
{
    private const string Cluster = "leaving";
    private const int Collections = 60;
    private const int Users = 6;
    private const int KeysOfUser = 8;
    private const int Requests = 300;
    private const string Deactivations = "edgeorleans_collections_deactivations_total";

    // 40 MiB of heap in this edition, 20 of them for collections, at two members: less than the users write.
    private const string BudgetBytes = "176160768";

    [Fact]
    public async Task Collections_that_leave_for_others_cost_no_client_an_error_at_either_gateway()
    {
        var database = await servers.NewDatabase();
        var setup = () => servers.Member(database, Cluster).With("Memory:BudgetBytes", BudgetBytes);
        await using var members = new Members(setup(), setup());
        await members.Start();
        var before = (await members.Figure(0, Deactivations), await members.Figure(1, Deactivations));
        var options = new KeyValueClientOptions { ClusterId = Cluster };
        await using var first = await OrleansClient.Connect(members.GatewayOf(0), options);
        await using var second = await OrleansClient.Connect(members.GatewayOf(1), options);
        Way[] byHttp = [Http(members[0]), Http(members[1])];
        Way[] byOrleans = [Orleans(first), Orleans(second)];

        await Task.WhenAll(Enumerable.Range(0, Users).Select(user => Task.Run(() => Use(user % 3 == 0 ? byOrleans : byHttp, user))));
        Assert.True(await members.Figure(0, Deactivations) > before.Item1);
        Assert.True(await members.Figure(1, Deactivations) > before.Item2);
    }

    /// <summary>Writes and reads keys of its own, all over the collections and at either gateway.</summary>
    private static async Task Use(Way[] ways, int user)
    {
        var random = new Random(user);
        var written = new int[Collections, KeysOfUser];
        for (var request = 1; request <= Requests; request++)
        {
            var (collection, key) = (random.Next(Collections), random.Next(KeysOfUser));
            var way = ways[random.Next(ways.Length)];
            var (collectionName, keyName) = ($"c-{collection}", $"user-{user}-{key}");
            if (random.Next(2) == 0)
            {
                written[collection, key] = request;
                await way.Set(collectionName, keyName, Value(user, request));
            }
            else
            {
                var expected = written[collection, key] == 0 ? null : Value(user, written[collection, key]);
                Assert.True(expected == await way.Get(collectionName, keyName), $"What user {user} wrote to {collectionName}/{keyName} is not there.");
            }
        }
    }

    private static Way Http(ServiceProcess member) => new(
        (collection, key, value) => member.Client.MustSet(collection, key, $"\"{value}\""),
        async (collection, key) => (await member.Client.Get(collection, key))?.Trim('"'));

    private static Way Orleans(OrleansClient client) => new(
        (collection, key, value) => client.Texts(collection).Set(key, value),
        async (collection, key) => (await client.Texts(collection).Get(key))?.Value);

    /// <summary>64 KB, and one in eight 192: above the size from which a body is not taken when memory is short.</summary>
    private static string Value(int user, int request) =>
        $"{user}-{request}-{new string((char)('a' + (request % 26)), (request % 8 == 0 ? 192 : 64) * 1000)}";

    /// <summary>How a client asks one of the members; what is not done throws.</summary>
    private sealed record Way(Func<string, string, string, Task> Set, Func<string, string, Task<string?>> Get);
}
