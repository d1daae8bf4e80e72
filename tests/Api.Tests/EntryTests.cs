using System.Text;
using System.Text.Json;

namespace EdgeOrleans.Api.Tests;

public sealed class EntryTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Set_answers_201_with_the_entry()
    {
        var set = await _gateway.Send("POST", "/api/v1/kv/entry/users/anna", "{\"value\":{\"age\": 41}}");

        Assert.Equal(201, set.Status);
        Assert.Equal("application/json", set.Headers["Content-Type"]);
        Assert.Equal(["message", "namespace", "collection", "key", "value", "timestamp"], set.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Successfully", set.Message);
        Assert.Equal("entry", set.Json.GetProperty("namespace").GetString());
        Assert.Equal("users", set.Json.GetProperty("collection").GetString());
        Assert.Equal("anna", set.Json.GetProperty("key").GetString());
        Assert.Equal("{\"age\": 41}", set.Json.GetProperty("value").GetRawText());
        var timestamp = set.Json.GetProperty("timestamp");
        Assert.EndsWith("Z", timestamp.GetString());
        Assert.InRange(timestamp.GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Set_of_a_present_key_replaces_it_and_answers_201(string method)
    {
        var path = $"/api/v1/kv/entry-{method}/users/anna";
        await _gateway.Send(method, path, "{\"value\":1}");

        var again = await _gateway.Send(method, path, "{\"value\":2}");
        var get = await _gateway.Send("GET", path);

        Assert.Equal((201, 200), (again.Status, get.Status));
        Assert.Equal("2", get.Json.GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task Get_of_a_missing_key_answers_404()
    {
        var get = await _gateway.Send("GET", "/api/v1/kv/entry/users/nobody");

        Assert.Equal((404, "KEY_NOT_FOUND"), (get.Status, get.Code));
    }

    [Fact]
    public async Task Head_answers_like_get_without_a_body()
    {
        await using var connection = await _gateway.Connect();
        await _gateway.Send("POST", "/api/v1/kv/head/users/anna", "{\"value\":1}");
        await connection.Send("HEAD /api/v1/kv/head/users/anna HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var found = await connection.Read(head: true);
        await connection.Send("HEAD /api/v1/kv/head/users/nobody HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var missing = await connection.Read(head: true);

        // A body would be read as the beginning of this answer.
        await connection.Send("GET /api/v1/kv/head/users/anna HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var get = await connection.Read();

        Assert.Equal((200, 404, 200), (found.Status, missing.Status, get.Status));
        Assert.Equal(get.Headers["Content-Length"], found.Headers["Content-Length"]);
    }

    [Fact]
    public async Task Delete_answers_the_entry_without_its_value_whether_it_was_there_or_not()
    {
        await _gateway.Send("POST", "/api/v1/kv/delete/users/anna", "{\"value\":1}");

        var first = await _gateway.Send("DELETE", "/api/v1/kv/delete/users/anna");
        var second = await _gateway.Send("DELETE", "/api/v1/kv/delete/users/anna");
        var get = await _gateway.Send("GET", "/api/v1/kv/delete/users/anna");

        Assert.Equal((200, 200, 404), (first.Status, second.Status, get.Status));
        string[] members = ["message", "namespace", "collection", "key", "timestamp"];
        Assert.Equal(members, first.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(members, second.Json.EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("{\"\\ud800x\":1,\"value\":2,\"value\\udc00\":3}", 201)]
    [InlineData("{\"v\\u0061lue\":2}", 201)]
    [InlineData("{\"valu\\ud800\":1}", 400)]
    public async Task Member_whose_name_is_no_text_is_passed_over_like_any_unknown_one(string body, int status)
    {
        var set = await _gateway.Send("POST", "/api/v1/kv/values/names/k", body);

        Assert.Equal(status, set.Status);
        Assert.Equal(status == 201 ? "" : "INVALID_BODY", status == 201 ? "" : set.Code);
        if (status == 201)
        {
            Assert.Equal("2", (await _gateway.Send("GET", "/api/v1/kv/values/names/k")).Json.GetProperty("value").GetRawText());
        }
    }

    public static TheoryData<string> Values =>
    [
        "null", "false", "true", "0", "\"\"", "{}", "[]",
        "1.0", "-0", "1e400", "1E-400", "12345678901234567890", "123456789012345678901234567890.000",
        "\"a\\u00e9\\n\\/\\ud83d\\ude00\"", "\"\\ud800\"", "\"€ 😀 \u2028\"",
        "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":2}", "{\"value\":{\"value\":1}}",
        "{ \"a\" : [ 1 ,\t2 ] }", "[\r\n  1\r\n]",
        "\"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\"",
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Value_comes_back_byte_for_byte(string value)
    {
        foreach (var body in new[] { $"{{\"value\":{value}}}", $" {{ \"x\" : [1,{{\"value\":7}}] ,\n\"value\" \t: \r\n {value} \n, \"ttl\":null}} \n" })
        {
            var set = await _gateway.Send("POST", "/api/v1/kv/values/v/k", body);
            var get = await _gateway.Send("GET", "/api/v1/kv/values/v/k");

            Assert.Equal((201, 200), (set.Status, get.Status));
            Assert.Contains($"\"key\":\"k\",\"value\":{value},\"timestamp\":\"", set.Text);
            Assert.Contains($"\"key\":\"k\",\"value\":{value},\"timestamp\":\"", get.Text);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16 * 1024 - 2)]
    [InlineData(16 * 1024 - 1)]
    [InlineData(100_000)]
    [InlineData((1 << 20) - 2)]
    public async Task Value_of_any_length_comes_back_whole(int letters)
    {
        var value = "\"" + new string('v', letters) + "\"";
        var path = $"/api/v1/kv/lengths/v/{letters}";

        var set = await _gateway.Send("POST", path, $"{{\"value\":{value}}}");
        var get = await _gateway.Send("GET", path);
        var head = await _gateway.Send("HEAD", path);

        Assert.Equal((201, 200, 200), (set.Status, get.Status, head.Status));
        Assert.Equal(get.Headers["Content-Length"], head.Headers["Content-Length"]);
        Assert.Equal(value, set.Json.GetProperty("value").GetRawText());
        Assert.Equal(value, get.Json.GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task Value_at_the_limit_is_taken_and_one_byte_more_is_413()
    {
        var atLimit = "\"" + new string('v', (1 << 20) - 2) + "\"";

        var ok = await _gateway.Send("POST", "/api/v1/kv/limit/v/k", $"{{\"value\": {atLimit}  }}");
        var over = await _gateway.Send("POST", "/api/v1/kv/limit/v/k", $"{{\"value\":\"v{atLimit[1..]}}}");

        Assert.Equal(201, ok.Status);
        Assert.Equal((413, "VALUE_TOO_LARGE"), (over.Status, over.Code));
        Assert.Contains("1048576", over.Message);
        Assert.Contains("Limits:ValueBytes", over.Message);
    }

    [Fact]
    public async Task Value_of_64_levels_is_taken_and_65_are_400()
    {
        var ok = await _gateway.Send("POST", "/api/v1/kv/depth/v/k", $"{{\"value\":{Nested(64)}}}");
        var over = await _gateway.Send("POST", "/api/v1/kv/depth/v/k", $"{{\"value\":{Nested(65)}}}");
        var far = await _gateway.Send("POST", "/api/v1/kv/depth/v/k", $"{{\"value\":{new string('[', 1_000_000)}}}");

        Assert.Equal(201, ok.Status);
        Assert.Equal((400, "INVALID_BODY"), (over.Status, over.Code));
        Assert.Contains("64", over.Message);
        Assert.Equal((400, "INVALID_BODY"), (far.Status, far.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("\"value\"")]
    [InlineData("{}")]
    [InlineData("{\"Value\":1}")]
    [InlineData("{\"value\":1,\"value\":1}")]
    [InlineData("{\"value\":1,\"v\\u0061lue\":1}")]
    [InlineData("{\"value\"}")]
    [InlineData("{\"value\":}")]
    [InlineData("{\"value\":1")]
    [InlineData("{\"value\":1}}")]
    [InlineData("{\"value\":1} {}")]
    [InlineData("{\"value\":1,}")]
    [InlineData("{\"value\":01}")]
    [InlineData("{\"value\":NaN}")]
    [InlineData("{\"value\":'x'}")]
    [InlineData("{\"value\":\"\\x\"}")]
    [InlineData("{\"value\":\"\n\"}")]
    [InlineData("{\"value\":[1,2}")]
    [InlineData("{\"value\":/**/1}")]
    [InlineData("{value:1}")]
    [InlineData("\uFEFF{\"value\":1}")]
    [InlineData("value=1")]
    public async Task Body_that_has_no_one_value_is_400(string body)
    {
        var set = await _gateway.Send("POST", "/api/v1/kv/bodies/v/k", body);

        Assert.Equal((400, "INVALID_BODY"), (set.Status, set.Code));
        Assert.Equal("application/json", set.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc3 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    public async Task Body_that_is_not_utf8_is_400(byte[] bytes)
    {
        await using var connection = await _gateway.Connect();
        byte[] body = [.. "{\"value\":\""u8, .. bytes, .. "\"}"u8];
        await connection.Send($"POST /api/v1/kv/utf8/v/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n");
        await connection.Send(body);

        var set = await connection.Read();

        Assert.Equal((400, "INVALID_BODY"), (set.Status, set.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("Content-Type: application/x-www-form-urlencoded\r\n")]
    [InlineData("Content-Type: nonsense\r\n")]
    public async Task Content_type_is_not_looked_at(string header)
    {
        var set = await _gateway.Send("POST", "/api/v1/kv/types/v/k", "{\"value\":1}", header);

        Assert.Equal(201, set.Status);
    }

    [Fact]
    public async Task Grain_gets_an_array_of_the_requests_own()
    {
        await _gateway.Send("POST", "/api/v1/kv/owned/v/a", "{\"value\":\"first\"}");
        await _gateway.Send("POST", "/api/v1/kv/owned/v/b", "{\"value\":\"other\"}");

        var values = _gateway.Store.Applied.Where(applied => applied.Collection == "owned/v")
            .Select(applied => Encoding.UTF8.GetString(applied.Batch.Operations[0].Value.Span)).ToArray();

        // Were the arrays pooled, the second request would have written over the first one's.
        Assert.Equal(["\"first\"", "\"other\""], values);
    }

    [Fact]
    public async Task Writes_of_many_clients_at_once_are_all_kept()
    {
        const int Clients = 32;
        const int Keys = 20;
        await Parallel.ForEachAsync(Enumerable.Range(0, Clients), new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (client, cancel) =>
        {
            for (var i = 0; i < Keys; i++)
            {
                var set = await _gateway.Http.PostAsync($"/api/v1/kv/many/c{client % 3}/k{client}-{i}", new StringContent($"{{\"value\":{i}}}"), cancel);
                Assert.Equal(201, (int)set.StatusCode);
            }
        });

        var list = JsonDocument.Parse(await _gateway.Http.GetStringAsync("/api/v1/namespaces/many/info"));
        Assert.Equal(Clients * Keys, list.RootElement.GetProperty("key_count").GetInt32());
        await _gateway.AssertNothingInFlight();
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    [Theory]
    [InlineData("", false)]
    [InlineData("?consistency=plain", false)]
    [InlineData("?consistency=strong", true)]
    [InlineData("?other=1&consistency=%73trong", true)]
    public async Task Read_is_strong_when_it_is_asked_to_be(string query, bool isStrong)
    {
        var collection = $"strong{query.Length}";
        await _gateway.Send("POST", $"/api/v1/kv/c/{collection}/k", "{\"value\":1}");

        var read = await _gateway.Send("GET", $"/api/v1/kv/c/{collection}/k{query}");
        var list = await _gateway.Send("GET", $"/api/v1/kv/c/{collection}{query}");

        Assert.Equal((200, 200), (read.Status, list.Status));
        Assert.Equal(isStrong ? 2 : 0, _gateway.Store.StrongReads.Count(key => key == $"c/{collection}"));
    }

    [Theory]
    [InlineData("?consistency=weak")]
    [InlineData("?consistency=")]
    [InlineData("?consistency")]
    [InlineData("?consistency=%zz")]
    [InlineData("?consistency=STRONG")]
    public async Task Unknown_consistency_is_refused(string query)
    {
        foreach (var path in new[] { "/api/v1/kv/c/d/k", "/api/v1/kv/c/d" })
        {
            var read = await _gateway.Send("GET", path + query);

            Assert.Equal((400, "INVALID_PARAMS"), (read.Status, read.Code));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?consistency=strong")]
    public async Task Read_that_meets_an_overtaken_server_is_asked_again(string query)
    {
        await _gateway.Send("POST", "/api/v1/kv/c/overtaken/k", "{\"value\":1}");
        var asked = 0;
        _gateway.Store.Throws["c/overtaken"] = () =>
        {
            if (++asked == 3)
            {
                _gateway.Store.Throws.TryRemove("c/overtaken", out _);
            }

            return new RefusedException(new Refusal(RefusalCode.Overtaken, "it has moved"));
        };

        var read = await _gateway.Send("GET", "/api/v1/kv/c/overtaken/k" + query);

        Assert.Equal((200, 3), (read.Status, asked));
    }

    [Theory]
    [InlineData("POST", 201)]
    [InlineData("DELETE", 200)]
    public async Task Write_that_meets_an_overtaken_server_is_made_again(string method, int status)
    {
        var collection = $"moved{method}";
        _gateway.Store.Moves[$"c/{collection}"] = 2;

        var write = await _gateway.Send(method, $"/api/v1/kv/c/{collection}/k", method == "POST" ? "{\"value\":1}" : null);

        Assert.Equal((status, 3), (write.Status, _gateway.Store.Applied.Count(call => call.Collection == $"c/{collection}")));
    }

    [Fact]
    public async Task Write_that_meets_overtaken_servers_alone_is_refused_after_some_seconds()
    {
        _gateway.Store.Moves["c/lost"] = int.MaxValue;

        var write = await _gateway.Send("POST", "/api/v1/kv/c/lost/k", "{\"value\":1}");

        Assert.Equal((503, "UNAVAILABLE"), (write.Status, write.Code));
    }
}
