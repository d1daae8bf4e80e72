namespace EdgeOrleans.Api.Tests;

public sealed class ListTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task List_answers_a_page_in_the_order_of_utf8_bytes()
    {
        // In UTF-16 the emoji would come before the last.
        string[] keys = ["A", "a", "a/b", "é", "\uFFFD", "😀"];
        foreach (var key in keys.Reverse())
        {
            await _gateway.Send("POST", "/api/v1/kv/list/k/" + Uri.EscapeDataString(key), "{\"value\":1}");
        }

        var list = await _gateway.Send("GET", "/api/v1/kv/list/k");
        var page = await _gateway.Send("GET", "/api/v1/kv/list/k?offset=2&limit=3");

        Assert.Equal(200, list.Status);
        Assert.Equal(
            ["message", "namespace", "collection", "keys", "total", "limit", "offset", "timestamp"],
            list.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Successfully", list.Message);
        Assert.Equal(keys, Keys(list));
        Assert.Equal((6, 1000, 0), Numbers(list));
        Assert.Equal(keys[2..5], Keys(page));
        Assert.Equal((6, 3, 2), Numbers(page));
    }

    [Fact]
    public async Task List_of_what_is_not_there_is_empty()
    {
        var list = await _gateway.Send("GET", "/api/v1/kv/list/nothing");

        Assert.Equal((200, 0), (list.Status, list.Json.GetProperty("total").GetInt32()));
        Assert.Empty(Keys(list));
    }

    [Theory]
    [InlineData("limit=1", 200)]
    [InlineData("limit=10000", 200)]
    [InlineData("limit=%31%30", 200)]
    [InlineData("offset=0", 200)]
    [InlineData("offset=2147483647", 200)]
    [InlineData("other=x&limit=5", 200)]
    [InlineData("", 200)]
    [InlineData("limit=0", 400)]
    [InlineData("limit=10001", 400)]
    [InlineData("limit=-1", 400)]
    [InlineData("limit=1.5", 400)]
    [InlineData("limit=+5", 400)]
    [InlineData("limit=", 400)]
    [InlineData("limit", 400)]
    [InlineData("limit=x", 400)]
    [InlineData("limit=%", 400)]
    [InlineData("limit=99999999999999999999", 400)]
    [InlineData("offset=-1", 400)]
    [InlineData("offset=2147483648", 400)]
    [InlineData("offset=x", 400)]
    public async Task Limit_and_offset_have_bounds(string query, int status)
    {
        var list = await _gateway.Send("GET", "/api/v1/kv/list/bounds?" + query);

        Assert.Equal(status, list.Status);
        if (status == 400)
        {
            Assert.Equal("INVALID_PARAMS", list.Code);
            Assert.StartsWith(query.StartsWith("limit", StringComparison.Ordinal) ? "limit" : "offset", list.Message);
        }
    }

    [Fact]
    public async Task Page_of_10000_long_keys_arrives_whole_and_the_connection_goes_on()
    {
        var operations = Enumerable.Range(0, 10_000).Select(i => new Operation
        {
            Kind = OperationKind.Set, Key = $"{i:D5}{new string('"', 200)}", Value = "1"u8.ToArray(),
        });
        var grain = (IGrainFactory)_gateway.Services.GetService(typeof(IGrainFactory))!;
        await grain.GetGrain<ICollectionGrain>("list/big").Apply(new() { Operations = [.. operations] });
        await using var connection = await _gateway.Connect();

        await connection.Send("GET /api/v1/kv/list/big?limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var list = await connection.Read();
        await connection.Send("HEAD /api/v1/kv/list/big?limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var head = await connection.Read(head: true);
        await connection.Send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var after = await connection.Read();

        Assert.Equal((200, 200, 200), (list.Status, head.Status, after.Status));
        Assert.Equal("application/json", list.Headers["Content-Type"]);
        var keys = Keys(list);
        Assert.Equal(10_000, keys.Length);
        Assert.Equal($"09999{new string('"', 200)}", keys[^1]);
    }

    [Fact]
    public async Task List_for_a_client_of_http_1_0_ends_with_the_connection()
    {
        await using var connection = await _gateway.Connect();
        await connection.Send("GET /api/v1/kv/list/nothing HTTP/1.0\r\nHost: localhost\r\n\r\n");

        var list = await connection.Read();

        Assert.Equal(200, list.Status);
        Assert.True(await connection.IsClosed());
    }

    private static string[] Keys(RawResponse list) => [.. list.Json.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!)];

    private static (int Total, int Limit, int Offset) Numbers(RawResponse list) =>
        (list.Json.GetProperty("total").GetInt32(), list.Json.GetProperty("limit").GetInt32(), list.Json.GetProperty("offset").GetInt32());
}
