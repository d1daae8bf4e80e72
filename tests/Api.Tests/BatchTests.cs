using System.Globalization;
using System.Text.Json;

namespace EdgeOrleans.Api.Tests;

public sealed class BatchTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Batch_answers_in_the_order_of_its_operations()
    {
        var batch = await Post("""
            {"operations":[
              {"namespace":"batch","collection":"a","key":"1","value":{"x": 1.0}},
              {"namespace":"batch","collection":"b","key":"1","value":null},
              {"namespace":"batch","collection":"a","key":"2","value":[1 , 2]}
            ]}
            """);

        Assert.Equal(200, batch.Status);
        Assert.Equal(["message", "results", "success_count", "failure_count", "timestamp"], batch.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Batch operation completed", batch.Message);
        Assert.Equal(["a/1", "b/1", "a/2"], Results(batch).Select(result => $"{result.GetProperty("collection")}/{result.GetProperty("key")}"));
        Assert.All(Results(batch), result => Assert.Equal(["namespace", "collection", "key", "success"], result.EnumerateObject().Select(member => member.Name)));
        Assert.Equal((3, 0), Counts(batch));
        Assert.Equal("{\"x\": 1.0}", await Value("batch/a/1"));
        Assert.Equal("null", await Value("batch/b/1"));
        Assert.Equal("[1 , 2]", await Value("batch/a/2"));
    }

    [Fact]
    public async Task Batch_is_one_grain_call_for_each_collection()
    {
        var operations = string.Join(',', Enumerable.Range(0, 1000).Select(i =>
            $"{{\"namespace\":\"calls\",\"collection\":\"c{i % 4}\",\"key\":\"k{i % 100}\",\"value\":{i}}}"));

        var batch = await Post($"{{\"operations\":[{operations}]}}");

        Assert.Equal((1000, 0), Counts(batch));
        var calls = _gateway.Store.Applied.Where(applied => applied.Collection.StartsWith("calls/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["calls/c0", "calls/c1", "calls/c2", "calls/c3"], calls.Select(call => call.Collection).Order());
        Assert.All(calls, call => Assert.Equal(250, call.Batch.Operations.Length));
        Assert.All(calls, call => Assert.False(call.Batch.Atomic));

        // Operations on one key were applied in order: the last one stands.
        Assert.Equal("999", await Value("calls/c3/k99"));
        Assert.Equal("900", await Value("calls/c0/k0"));
    }

    [Fact]
    public async Task Batch_of_1001_is_refused_and_changes_nothing()
    {
        foreach (var method in new[] { "POST", "DELETE" })
        {
            var before = _gateway.Store.Applied.Count(applied => applied.Collection == "toomany/c");
            var operations = string.Join(',', Enumerable.Repeat("{\"namespace\":\"toomany\",\"collection\":\"c\",\"key\":\"k\",\"value\":1}", 1001));

            var batch = await _gateway.Send(method, "/api/v1/kv/batch", $"{{\"operations\":[{operations}]}}");

            Assert.Equal((400, "BATCH_SIZE_EXCEEDED"), (batch.Status, batch.Code));
            Assert.Contains("batch size exceeds maximum of 1000", batch.Message);
            Assert.Equal(before, _gateway.Store.Applied.Count(applied => applied.Collection == "toomany/c"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"operations\":null}")]
    [InlineData("{\"operations\":{}}")]
    [InlineData("{\"operations\":[]}")]
    [InlineData("{\"Operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1}]}")]
    [InlineData("{\"operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1}]")]
    [InlineData("{\"operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1}]}x")]
    [InlineData("{\"operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1},]}")]
    [InlineData("{\"operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":01}]}")]
    [InlineData("{\"operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1}],\"operations\":[{\"collection\":\"c\",\"key\":\"l\",\"value\":1}]}")]
    [InlineData("{\"operations\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1}],\"operations\":5}")]
    [InlineData("{\"operation\\ud800\":[{\"collection\":\"c\",\"key\":\"k\",\"value\":1}]}")]
    public async Task Body_without_one_list_of_operations_is_400_and_changes_nothing(string body)
    {
        var post = await Post(body);
        var delete = await _gateway.Send("DELETE", "/api/v1/kv/batch", body);

        Assert.Equal((400, "INVALID_BODY"), (post.Status, post.Code));
        Assert.Equal((400, "INVALID_BODY"), (delete.Status, delete.Code));
        Assert.DoesNotContain(_gateway.Store.Applied, applied => applied.Collection == "default/c");
    }

    public static TheoryData<string, string> BadOperations => new()
    {
        { "5", "INVALID_BODY" },
        { "null", "INVALID_BODY" },
        { "[[]]", "INVALID_BODY" },
        { "{}", "INVALID_PARAMS" },
        { "{\"key\":\"k\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":\"\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":null,\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":5,\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":{\"a\":[1]},\"value\":1}", "INVALID_PARAMS" },
        { "{\"namespace\":false,\"collection\":\"bad\",\"key\":\"k\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"namespace\":\"a/b\",\"collection\":\"bad\",\"key\":\"k\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"namespace\":\"..\",\"collection\":\"bad\",\"key\":\"k\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\".\",\"key\":\"k\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":\"a\\u0000b\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":\"\\ud800\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"collection\":\"\\udc00x\",\"key\":\"k\",\"value\":1}", "INVALID_PARAMS" },
        { "{\"\\udc00x\":1,\"collection\":\"bad\",\"key\":\"k\"}", "INVALID_BODY" },
        { "{\"ke\\ud800\":1,\"collection\":\"bad\",\"value\":1}", "INVALID_PARAMS" },
        { $"{{\"collection\":\"bad\",\"key\":\"{new string('k', 513)}\",\"value\":1}}", "INVALID_PARAMS" },
        { $"{{\"collection\":\"bad\",\"key\":\"{new string('k', 100_000)}\",\"value\":1}}", "INVALID_PARAMS" },
        { $"{{\"collection\":\"{new string('c', 129)}\",\"key\":\"k\",\"value\":1}}", "INVALID_PARAMS" },
        { "{\"collection\":\"bad\",\"key\":\"k\"}", "INVALID_BODY" },
        { "{\"collection\":\"bad\",\"key\":\"k\",\"value\":1,\"value\":2}", "INVALID_BODY" },
        { "{\"collection\":\"bad\",\"key\":\"k\",\"key\":\"l\",\"value\":1}", "INVALID_BODY" },
        { $"{{\"collection\":\"bad\",\"key\":\"k\",\"value\":{new string('[', 65)}{new string(']', 65)}}}", "INVALID_BODY" },
        { $"{{\"collection\":\"bad\",\"key\":\"k\",\"value\":\"{new string('v', 1 << 20)}\"}}", "VALUE_TOO_LARGE" },
    };

    [Theory]
    [MemberData(nameof(BadOperations))]
    public async Task One_bad_operation_fails_alone(string operation, string code)
    {
        var mark = Guid.NewGuid().ToString();
        string[] good = [$"{{\"collection\":\"alone\",\"key\":\"1\",\"value\":\"{mark}\"}}", $"{{\"collection\":\"alone\",\"key\":\"2\",\"value\":\"{mark}\"}}"];

        var batch = await Post($"{{\"operations\":[{good[0]},{operation},{good[1]}]}}");

        Assert.Equal(200, batch.Status);
        Assert.Equal((2, 1), Counts(batch));
        var bad = Results(batch)[1];
        Assert.Equal((false, code), (bad.GetProperty("success").GetBoolean(), bad.GetProperty("code").GetString()));
        Assert.NotEmpty(bad.GetProperty("error").GetString()!);
        Assert.Equal($"\"{mark}\"", await Value("default/alone/1"));
        Assert.Equal($"\"{mark}\"", await Value("default/alone/2"));
        Assert.DoesNotContain(_gateway.Store.Applied, applied => applied.Collection.Contains("bad", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Operation_at_every_limit_is_taken()
    {
        var value = $"{new string('[', 64)}{new string(']', 64)}";
        var large = "\"" + new string('v', (1 << 20) - 2) + "\"";
        var escaped = string.Concat(Enumerable.Range(0, 512).Select(i => string.Create(CultureInfo.InvariantCulture, $"\\u{'a' + (i % 26):x4}")));

        var batch = await Post($$"""
            {"x":{"operations":[]},"operations":[
              {"namespace":"{{new string('n', 128)}}","collection":"{{new string('c', 128)}}","key":"{{new string('k', 512)}}","value":{{value}}},
              {"namespace":null,"collection":"limits","key":"large","value":{{large}},"ttl":5},
              {"namespace":"","collection":"limits","key":"{{escaped}}","value":1},
              {"nam\u0065space":"default","coll\u0065ction":"limits","\u006bey":"\ud83d\ude00","valu\u0065":2}
            ]}
            """);

        Assert.Equal((4, 0), Counts(batch));
        Assert.Equal(large, await Value("default/limits/large"));
        Assert.Equal("2", await Value("default/limits/%F0%9F%98%80"));
        Assert.Equal(512, Results(batch)[2].GetProperty("key").GetString()!.Length);
    }

    [Fact]
    public async Task Delete_batch_needs_no_values_and_a_missing_key_succeeds()
    {
        await Post("{\"operations\":[{\"namespace\":\"bdel\",\"collection\":\"c\",\"key\":\"1\",\"value\":1},{\"namespace\":\"bdel\",\"collection\":\"c\",\"key\":\"2\",\"value\":1}]}");

        var batch = await _gateway.Send("DELETE", "/api/v1/kv/batch", """
            {"operations":[{"namespace":"bdel","collection":"c","key":"1"},{"namespace":"bdel","collection":"c","key":"gone"},{"namespace":"bdel","collection":"c"}]}
            """);

        Assert.Equal((2, 1), Counts(batch));
        Assert.Equal("INVALID_PARAMS", Results(batch)[2].GetProperty("code").GetString());
        Assert.Equal(404, (await _gateway.Send("GET", "/api/v1/kv/bdel/c/1")).Status);
        Assert.Equal(200, (await _gateway.Send("GET", "/api/v1/kv/bdel/c/2")).Status);
    }

    [Fact]
    public async Task Collection_that_cannot_take_its_operations_fails_those_alone()
    {
        _gateway.Store.Refuses["fails/backlog"] = new(RefusalCode.BacklogFull, "the journal is full");
        _gateway.Store.Throws["fails/slow"] = () => new TimeoutException("late");
        _gateway.Store.Throws["fails/lost"] = () => new OrleansException("lost");
        _gateway.Store.Throws["fails/bug"] = () => new InvalidOperationException("secret");
        string[] collections = ["backlog", "ok", "slow", "lost", "bug", "ok", "backlog"];

        var batch = await Post($"{{\"operations\":[{string.Join(',', collections.Select((name, i) => $"{{\"namespace\":\"fails\",\"collection\":\"{name}\",\"key\":\"{i}\",\"value\":{i}}}"))}]}}");

        Assert.Equal(200, batch.Status);
        Assert.Equal((2, 5), Counts(batch));
        Assert.Equal(
            ["BACKLOG_FULL", "", "TIMEOUT", "UNAVAILABLE", "INTERNAL_ERROR", "", "BACKLOG_FULL"],
            Results(batch).Select(result => result.TryGetProperty("code", out var code) ? code.GetString() : ""));
        Assert.DoesNotContain("secret", batch.Text);
        Assert.Contains(_gateway.Log.Lines, line => line.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_to_a_batch_of_long_names_arrives_whole()
    {
        var operations = string.Join(',', Enumerable.Range(0, 1000).Select(i =>
            $"{{\"namespace\":\"{new string('n', 128)}\",\"collection\":\"{new string('c', 128)}\",\"key\":\"{i:D4}{new string('k', 508)}\",\"value\":1}}"));

        var batch = await Post($"{{\"operations\":[{operations}]}}");

        Assert.Equal((1000, 0), Counts(batch));
        Assert.Equal(1000, Results(batch).Length);
    }

    private Task<RawResponse> Post(string body) => _gateway.Send("POST", "/api/v1/kv/batch", body);

    private async Task<string> Value(string path) =>
        (await _gateway.Send("GET", "/api/v1/kv/" + path)).Json.GetProperty("value").GetRawText();

    private static JsonElement[] Results(RawResponse batch) => [.. batch.Json.GetProperty("results").EnumerateArray()];

    private static (int Success, int Failure) Counts(RawResponse batch) =>
        (batch.Json.GetProperty("success_count").GetInt32(), batch.Json.GetProperty("failure_count").GetInt32());
}
