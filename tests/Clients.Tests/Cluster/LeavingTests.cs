using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Cluster;

/// <summary>Collections that leave memory, because others need it, and come back when they are used.</summary>
[Collection(SiteCollection.Name)]
public sealed class LeavingTests(SiteServers servers)
{
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
        var setup = () => servers.Member(database, "leaving").With("Memory:BudgetBytes", BudgetBytes);
        await using var members = new Members(setup(), setup());
        await members.Start();
        var before = (await members.Figure(0, Deactivations), await members.Figure(1, Deactivations));
        await Task.WhenAll(Enumerable.Range(0, Users).Select(user => Task.Run(() => Use(members, user))));
        Assert.True(await members.Figure(0, Deactivations) > before.Item1);
        Assert.True(await members.Figure(1, Deactivations) > before.Item2);
    }

    /// <summary>Writes and reads keys of its own, all over the collections and at either gateway.</summary>
    private static async Task Use(Members members, int user)
    {
        var random = new Random(user);
        var written = new int[Collections, KeysOfUser];
        for (var request = 1; request <= Requests; request++)
        {
            var (collection, key) = (random.Next(Collections), random.Next(KeysOfUser));
            var client = members[random.Next(2)].Client;
            var (collectionName, keyName) = ($"c-{collection}", $"user-{user}-{key}");
            if (random.Next(2) == 0)
            {
                written[collection, key] = request;
                await client.MustSet(collectionName, keyName, Value(user, request));
            }
            else
            {
                var expected = written[collection, key] == 0 ? null : Value(user, written[collection, key]);
                Assert.True(expected == await client.Get(collectionName, keyName), $"What user {user} wrote to {collectionName}/{keyName} is not there.");
            }
        }
    }

    /// <summary>64 KB, and one in eight 192: above the size from which a body is not taken when memory is short.</summary>
    private static string Value(int user, int request) =>
        $"\"{user}-{request}-{new string((char)('a' + (request % 26)), (request % 8 == 0 ? 192 : 64) * 1000)}\"";
}
