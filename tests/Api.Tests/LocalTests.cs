namespace EdgeOrleans.Api.Tests;

public sealed class LocalTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Get_of_a_collection_in_the_process_makes_no_call()
    {
        _gateway.Store.Throws["local/users"] = static () => new InvalidOperationException("called");
        var collection = _gateway.Local.Collections["local/users"] = new TestLocalCollection("anna/ö", "{\"age\": 41}");

        var found = await Get("anna%2F%C3%B6");
        var missing = await Get("nobody");
        Assert.Equal(200, found.Status);
        Assert.Equal("anna/ö", found.Json.GetProperty("key").GetString());
        Assert.Equal("{\"age\": 41}", found.Json.GetProperty("value").GetRawText());
        Assert.Equal((404, "KEY_NOT_FOUND"), (missing.Status, missing.Code));

        collection.HasLeft = true;
        Assert.Equal(500, (await Get("anna%2F%C3%B6")).Status);
    }

    [Fact]
    public async Task Get_after_an_activation_has_left_finds_the_next_one()
    {
        var left = _gateway.Local.Collections["local/moving"] = new TestLocalCollection("k", "1");
        await Get("k", "moving");
        Assert.Equal("1", (await Get("k", "moving")).Json.GetProperty("value").GetRawText());

        left.HasLeft = true;
        _gateway.Local.Collections["local/moving"] = new TestLocalCollection("k", "2");
        Assert.Equal(404, (await Get("k", "moving")).Status);
        Assert.Equal("2", (await Get("k", "moving")).Json.GetProperty("value").GetRawText());
    }

    [Theory]
    [InlineData("POST", "{\"value\":1}", 201)]
    [InlineData("DELETE", null, 200)]
    public async Task Write_to_a_collection_in_the_process_makes_no_call(string method, string? body, int status)
    {
        var grainKey = $"local/{method}";
        var collection = _gateway.Local.Collections[grainKey] = new TestLocalCollection("k", "1");
        Task<RawResponse> Write() => _gateway.Send(method, $"/api/v1/kv/local/{method}/k", body);
        int Calls() => _gateway.Store.Applied.Count(applied => applied.Collection == grainKey);

        Assert.Equal((status, 0), ((await Write()).Status, Calls()));

        collection.Refusal = new Refusal(RefusalCode.Timeout, "too slow");
        Assert.Equal((504, "TIMEOUT"), ((await Write()) is var refused ? (refused.Status, refused.Code) : default));
        collection.HasLeft = true;
        Assert.Equal((status, 1), ((await Write()).Status, Calls()));
    }

    private Task<RawResponse> Get(string key, string collection = "users") => _gateway.Send("GET", $"/api/v1/kv/local/{collection}/{key}");
}
