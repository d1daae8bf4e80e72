using System.Text.Json;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Routes;

/// <summary>Every route once, through the whole process: what an edition left out in trimming shows here.</summary>
public sealed class RouteTests
{
    [Fact]
    public async Task Every_route_answers_with_the_members_of_the_contract()
    {
        using var directory = new ServiceDirectory();
        await using var service = await Running.Start(directory);
        var client = service.Client;
        await Expect(client, "GET", "/", null, 200, "message", "version");
        await Expect(client, "GET", "/health", null, 200, "status", "environment", "message", "timestamp");
        await Expect(client, "GET", "/health/live", null, 200, "status");

        string[] entry = ["message", "namespace", "collection", "key", "value", "timestamp"];
        await Expect(client, "POST", "/api/v1/kv/home/lamps/hall", """{"value":{"on":true,"lumen":800.50}}""", 201, entry);
        await Expect(client, "PUT", "/api/v1/kv/home/lamps/attic", """{"value":null}""", 201, entry);
        await Expect(client, "GET", "/api/v1/kv/home/lamps/attic", null, 200, entry);
        var get = await client.Send(HttpMethod.Get, "/api/v1/kv/home/lamps/hall");
        Assert.Equal("""{"on":true,"lumen":800.50}""", get.Raw("value"));
        await Expect(client, "GET", "/api/v1/kv/home/lamps/none", null, 404, "message", "code");
        Assert.Equal(new Reply(200, "", null), await client.Send(HttpMethod.Head, "/api/v1/kv/home/lamps/hall"));
        Assert.Equal(new Reply(404, "", null), await client.Send(HttpMethod.Head, "/api/v1/kv/home/lamps/none"));
        await Expect(client, "POST", "/api/v1/kv//users/u1", """{"value":1}""", 201, entry);
        Assert.Equal("\"default\"", (await client.Send(HttpMethod.Get, "/api/v1/kv/default/users/u1")).Raw("namespace"));
        await Expect(client, "DELETE", "/api/v1/kv/default/users/u1", null, 200, "message", "namespace", "collection", "key", "timestamp");
        await Expect(client, "GET", "/api/v1/kv/home/lamps?limit=1&offset=1", null, 200, "message", "namespace", "collection", "keys", "total", "limit", "offset", "timestamp");

        string[] batch = ["message", "results", "success_count", "failure_count", "timestamp"];
        await Expect(client, "POST", "/api/v1/kv/batch", """{"operations":[{"namespace":"home","collection":"doors","key":"front","value":"open"}]}""", 200, batch);
        await Expect(client, "DELETE", "/api/v1/kv/batch", """{"operations":[{"namespace":"home","collection":"doors","key":"front"}]}""", 200, batch);

        await Expect(client, "GET", "/api/v1/namespaces", null, 200, "message", "namespaces", "count", "timestamp");
        foreach (var spelling in new[] { "namespaces", "namespace" })
        {
            await Expect(client, "GET", $"/api/v1/{spelling}/home/collections", null, 200, "message", "namespace", "collections", "count", "timestamp");
            await Expect(client, "GET", $"/api/v1/{spelling}/home/info", null, 200, "message", "namespace", "collections", "key_count", "size", "timestamp");
            await Expect(client, "DELETE", $"/api/v1/{spelling}/home/collections/doors", null, 200, "message", "namespace", "collection", "timestamp");
        }

        await Expect(client, "DELETE", "/api/v1/namespaces/home", null, 200, "message", "namespace", "timestamp");
        await Expect(client, "DELETE", "/api/v1/namespace/home", null, 200, "message", "namespace", "timestamp");
        Assert.Equal(["default"], (await client.Namespaces()).Strings("namespaces"));

        await Expect(client, "GET", "/nowhere", null, 404, "message", "code");
        await Expect(client, "PATCH", "/api/v1/kv/home/lamps/hall", null, 405, "message", "code");
        await Expect(client, "POST", "/api/v1/kv/home/lamps/hall", "{", 400, "message", "code");
        await Expect(client, "POST", "/api/v1/kv/home/../hall", """{"value":1}""", 404, "message", "code");
        Assert.Equal(0, (await service.Process.Stop()).Code);
    }

    private static async Task Expect(KvClient client, string method, string path, string? body, int status, params string[] members)
    {
        var reply = await client.Send(new HttpMethod(method), path, body);
        Assert.Equal(status, reply.Status);
        using var json = JsonDocument.Parse(reply.Body);
        foreach (var member in members)
        {
            Assert.True(json.RootElement.TryGetProperty(member, out _), $"{method} {path}: no {member} in {reply.Body}");
        }
    }
}
