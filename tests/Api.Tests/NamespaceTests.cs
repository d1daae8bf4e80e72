namespace EdgeOrleans.Api.Tests;

public sealed class NamespaceTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Namespaces_lists_them_all()
    {
        await Fill("ns-all");

        var list = await _gateway.Send("GET", "/api/v1/namespaces");

        Assert.Equal(["message", "namespaces", "count", "timestamp"], Members(list));
        Assert.Contains("ns-all", Names(list, "namespaces"));
        Assert.Equal(Names(list, "namespaces").Length, list.Json.GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("namespaces")]
    [InlineData("namespace")]
    public async Task Collections_and_info_answer_in_both_spellings(string spelling)
    {
        var ns = "ns-" + spelling;
        await Fill(ns);

        var collections = await _gateway.Send("GET", $"/api/v1/{spelling}/{ns}/collections");
        var info = await _gateway.Send("GET", $"/api/v1/{spelling}/{ns}/info");

        Assert.Equal(["message", "namespace", "collections", "count", "timestamp"], Members(collections));
        Assert.Equal(["a", "b"], Names(collections, "collections"));
        Assert.Equal(2, collections.Json.GetProperty("count").GetInt32());
        Assert.Equal(["message", "namespace", "collections", "key_count", "size", "timestamp"], Members(info));
        Assert.Equal(ns, info.Json.GetProperty("namespace").GetString());
        Assert.Equal(["a", "b"], Names(info, "collections"));
        Assert.Equal((3, 6), (info.Json.GetProperty("key_count").GetInt64(), info.Json.GetProperty("size").GetInt64()));
    }

    [Fact]
    public async Task Unknown_namespace_has_none_of_each()
    {
        var collections = await _gateway.Send("GET", "/api/v1/namespaces/ns-unknown/collections");
        var info = await _gateway.Send("GET", "/api/v1/namespaces/ns-unknown/info");

        Assert.Equal((200, 0), (collections.Status, collections.Json.GetProperty("count").GetInt32()));
        Assert.Empty(Names(info, "collections"));
        Assert.Equal((0, 0), (info.Json.GetProperty("key_count").GetInt64(), info.Json.GetProperty("size").GetInt64()));
    }

    [Theory]
    [InlineData("namespaces")]
    [InlineData("namespace")]
    public async Task Deletes_answer_in_both_spellings(string spelling)
    {
        var ns = "del-" + spelling;
        await Fill(ns);

        var collection = await _gateway.Send("DELETE", $"/api/v1/{spelling}/{ns}/collections/a");
        Assert.Equal(["message", "namespace", "collection", "timestamp"], Members(collection));
        Assert.Equal((200, "a"), (collection.Status, collection.Json.GetProperty("collection").GetString()));
        Assert.Equal(404, (await _gateway.Send("GET", $"/api/v1/kv/{ns}/a/1")).Status);
        Assert.Equal(200, (await _gateway.Send("GET", $"/api/v1/kv/{ns}/b/1")).Status);

        var all = await _gateway.Send("DELETE", $"/api/v1/{spelling}/{ns}");
        Assert.Equal(["message", "namespace", "timestamp"], Members(all));
        Assert.Equal((200, ns), (all.Status, all.Json.GetProperty("namespace").GetString()));
        Assert.Equal(404, (await _gateway.Send("GET", $"/api/v1/kv/{ns}/b/1")).Status);

        Assert.Equal(200, (await _gateway.Send("DELETE", $"/api/v1/{spelling}/{ns}")).Status);
        Assert.Equal(200, (await _gateway.Send("DELETE", $"/api/v1/{spelling}/{ns}/collections/a")).Status);
    }

    [Fact]
    public async Task Faults_of_the_catalog_are_answered_as_they_are()
    {
        await using var gateway = await TestGateway.Start();
        string[] reads = ["/api/v1/namespaces", "/api/v1/namespaces/n/collections", "/api/v1/namespaces/n/info"];
        string[] deletes = ["/api/v1/namespaces/n", "/api/v1/namespaces/n/collections/c"];

        gateway.Store.Refuses[ICatalogGrain.Key] = new(RefusalCode.BacklogFull, "the journal is full");
        foreach (var path in deletes)
        {
            var answer = await gateway.Send("DELETE", path);
            Assert.Equal((503, "BACKLOG_FULL", "the journal is full"), (answer.Status, answer.Code, answer.Message));
            Assert.True(answer.Headers.ContainsKey("Retry-After"));
        }

        gateway.Store.Throws[ICatalogGrain.Key] = () => new RefusedException(new(RefusalCode.Unavailable, "not loaded"));
        foreach (var path in reads)
        {
            var answer = await gateway.Send("GET", path);
            Assert.Equal((503, "UNAVAILABLE", "not loaded"), (answer.Status, answer.Code, answer.Message));
        }

        gateway.Store.Throws[ICatalogGrain.Key] = () => new InvalidOperationException("secret");
        foreach (var path in reads)
        {
            var answer = await gateway.Send("GET", path);
            Assert.Equal((500, "INTERNAL_ERROR"), (answer.Status, answer.Code));
            Assert.DoesNotContain("secret", answer.Text);
        }
    }

    private async Task Fill(string ns)
    {
        foreach (var path in new[] { "a/1", "a/2", "b/1" })
        {
            Assert.Equal(201, (await _gateway.Send("POST", $"/api/v1/kv/{ns}/{path}", "{\"value\":0}")).Status);
        }
    }

    private static IEnumerable<string> Members(RawResponse answer) => answer.Json.EnumerateObject().Select(member => member.Name);

    private static string[] Names(RawResponse answer, string member) =>
        [.. answer.Json.GetProperty(member).EnumerateArray().Select(name => name.GetString()!)];
}
