using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeOrleans.Api.Tests;

public sealed class NameTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    /// <summary>A key, and the ways to write it in a path.</summary>
    public static TheoryData<string, string[]> Keys => new()
    {
        { "plain", ["plain", "%70lain"] },
        { "a/b", ["a%2Fb", "a%2fb"] },
        { "a%2Fb", ["a%252Fb"] },
        { "a%b", ["a%25b"] },
        { "a+b c", ["a+b%20c", "a%2Bb%20c"] },
        { "€", ["%E2%82%AC", "%e2%82%ac"] },
        { "😀", ["%F0%9F%98%80"] },
        { ".", [".", "%2E"] },
        { "..", ["..", "%2e%2e", ".%2E"] },
        { "../../x", ["..%2F..%2Fx"] },
        { "a?b#c", ["a%3Fb%23c"] },
        { "a\"b\\c", ["a%22b%5Cc", "a\"b\\c"] },
        { "<&'>", ["%3C%26%27%3E", "<&'>"] },
        { ";,:@=!$()*~", [";,:@=!$()*~"] },
        { "\u2028\u00a0", ["%E2%80%A8%C2%A0"] },
        { "batch", ["batch"] },
        { "\uFFFF\uE000", ["%EF%BF%BF%EE%80%80"] },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Key_is_decoded_once_and_is_what_a_batch_reaches(string key, string[] spellings)
    {
        foreach (var spelling in spellings)
        {
            var path = $"/api/v1/kv/keys/k/{spelling}";
            var mark = Guid.NewGuid().ToString();
            var batch = await _gateway.Send("POST", "/api/v1/kv/batch", JsonSerializer.Serialize(
                new { operations = new[] { new { @namespace = "keys", collection = "k", key, value = mark } } }));
            var get = await _gateway.Send("GET", path);
            var set = await _gateway.Send("PUT", path, "{\"value\":2}");

            Assert.Equal(key, batch.Json.GetProperty("results")[0].GetProperty("key").GetString());
            Assert.Equal((200, key, mark), (get.Status, get.Json.GetProperty("key").GetString(), get.Json.GetProperty("value").GetString()));
            Assert.Equal((201, key), (set.Status, set.Json.GetProperty("key").GetString()));
            Assert.Equal(key, _gateway.Store.Applied.Last(applied => applied.Collection == "keys/k").Batch.Operations[0].Key);

            // An absolute target is the same key.
            var absolute = await _gateway.Send("GET", "http://localhost" + path);
            Assert.Equal((200, key), (absolute.Status, absolute.Json.GetProperty("key").GetString()));

            var delete = await _gateway.Send("DELETE", path);
            Assert.Equal((200, key), (delete.Status, delete.Json.GetProperty("key").GetString()));
            Assert.Equal(404, (await _gateway.Send("GET", path)).Status);
        }
    }

    [Theory]
    [InlineData("%")]
    [InlineData("%2")]
    [InlineData("%2G")]
    [InlineData("%+1")]
    [InlineData("a%")]
    [InlineData("%FF")]
    [InlineData("%C0%AF")]
    [InlineData("%E2%82")]
    [InlineData("%ED%A0%80")]
    [InlineData("%F4%90%80%80")]
    [InlineData("%00")]
    [InlineData("%0A")]
    [InlineData("a%1Fb")]
    [InlineData("%7F")]
    [InlineData("%C2%80")]
    [InlineData("")]
    public async Task Key_that_breaks_a_rule_is_400(string raw)
    {
        foreach (var method in new[] { "GET", "POST", "PUT", "DELETE" })
        {
            var answer = await _gateway.Send(method, "/api/v1/kv/bad/k/" + raw, method is "POST" or "PUT" ? "{\"value\":1}" : null);

            Assert.Equal((400, "INVALID_PARAMS"), (answer.Status, answer.Code));
            Assert.Equal("application/json", answer.Headers["Content-Type"]);
        }
    }

    [Theory]
    [InlineData("k", 512, 201)]
    [InlineData("k", 513, 400)]
    [InlineData("%E2%82%AC", 170, 201)]
    [InlineData("%E2%82%AC", 171, 400)]
    [InlineData("%F0%9F%98%80", 128, 201)]
    [InlineData("%F0%9F%98%80", 129, 400)]
    public async Task Key_has_at_most_512_bytes(string letter, int count, int status)
    {
        var set = await _gateway.Send("POST", "/api/v1/kv/long/k/" + Repeat(letter, count), "{\"value\":1}");

        Assert.Equal(status, set.Status);
        if (status == 400)
        {
            Assert.Equal("INVALID_PARAMS", set.Code);
            Assert.Contains("512", set.Message);
        }
    }

    [Theory]
    [InlineData("n", 128, true)]
    [InlineData("n", 129, false)]
    [InlineData("%C3%A9", 64, true)]
    [InlineData("%C3%A9", 65, false)]
    public async Task Namespace_and_collection_have_at_most_128_bytes(string letter, int count, bool good)
    {
        var name = Repeat(letter, count);
        RawResponse[] answers =
        [
            await _gateway.Send("POST", $"/api/v1/kv/{name}/c/k", "{\"value\":1}"),
            await _gateway.Send("POST", $"/api/v1/kv/long/{name}/k", "{\"value\":1}"),
            await _gateway.Send("GET", $"/api/v1/kv/{name}/{name}"),
            await _gateway.Send("GET", $"/api/v1/namespaces/{name}/info"),
            await _gateway.Send("GET", $"/api/v1/namespaces/{name}/collections"),
            await _gateway.Send("DELETE", $"/api/v1/namespaces/{name}/collections/c"),
            await _gateway.Send("DELETE", $"/api/v1/namespaces/long/collections/{name}"),
            await _gateway.Send("DELETE", $"/api/v1/namespaces/{name}"),
        ];

        foreach (var answer in answers)
        {
            Assert.Equal(good, answer.Status is 200 or 201);
            if (!good)
            {
                Assert.Equal((400, "INVALID_PARAMS"), (answer.Status, answer.Code));
                Assert.Contains("128", answer.Message);
            }
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("%2e%2e")]
    [InlineData("a%2Fb")]
    [InlineData("a%0Ab")]
    [InlineData("%FF")]
    [InlineData("%")]
    [InlineData("%00")]
    public async Task Namespace_or_collection_that_breaks_a_rule_is_400(string raw)
    {
        (string Method, string Path)[] requests =
        [
            ("GET", $"/api/v1/kv/{raw}/c/k"),
            ("GET", $"/api/v1/kv/n/{raw}/k"),
            ("DELETE", $"/api/v1/kv/{raw}/c/k"),
            ("GET", $"/api/v1/kv/{raw}/c"),
            ("GET", $"/api/v1/kv/n/{raw}"),
            ("GET", $"/api/v1/namespaces/{raw}/info"),
            ("GET", $"/api/v1/namespaces/{raw}/collections"),
            ("DELETE", $"/api/v1/namespaces/{raw}"),
            ("DELETE", $"/api/v1/namespaces/{raw}/collections/c"),
            ("DELETE", $"/api/v1/namespaces/n/collections/{raw}"),
        ];
        foreach (var (method, path) in requests)
        {
            var answer = await _gateway.Send(method, path);

            Assert.Equal((400, "INVALID_PARAMS", path), (answer.Status, answer.Code, path));
        }
    }

    [Fact]
    public async Task Empty_namespace_is_the_default_one()
    {
        var set = await _gateway.Send("POST", "/api/v1/kv//empty-users/k", "{\"value\":1}");
        var get = await _gateway.Send("GET", "/api/v1/kv/default/empty-users/k");
        var list = await _gateway.Send("GET", "/api/v1/kv//empty-users");
        var collections = await _gateway.Send("GET", "/api/v1/namespaces//collections");
        var info = await _gateway.Send("GET", "/api/v1/namespace//info");

        Assert.Equal((201, "default"), (set.Status, set.Json.GetProperty("namespace").GetString()));
        Assert.Equal(200, get.Status);
        Assert.Equal(("default", 1), (list.Json.GetProperty("namespace").GetString(), list.Json.GetProperty("total").GetInt32()));
        Assert.Contains("empty-users", collections.Json.GetProperty("collections").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("default", info.Json.GetProperty("namespace").GetString());
    }

    [Fact]
    public async Task Empty_last_segment_never_means_the_default_namespace()
    {
        await _gateway.Send("POST", "/api/v1/kv//precious/k", "{\"value\":1}");

        var delete = await _gateway.Send("DELETE", "/api/v1/namespaces/");
        var collection = await _gateway.Send("DELETE", "/api/v1/namespaces/default/collections/");

        Assert.Equal((404, "NOT_FOUND"), (delete.Status, delete.Code));
        Assert.Equal((400, "INVALID_PARAMS"), (collection.Status, collection.Code));
        Assert.Equal(200, (await _gateway.Send("GET", "/api/v1/kv//precious/k")).Status);
    }

    [Fact]
    public async Task Names_of_any_alphabet_come_back_as_they_are()
    {
        var set = await _gateway.Send("POST", "/api/v1/kv/caf%C3%A9%22%5C/%F0%9F%98%80/k", "{\"value\":1}");
        var list = await _gateway.Send("GET", "/api/v1/kv/caf%C3%A9%22%5C/%F0%9F%98%80");

        Assert.Equal(("café\"\\", "😀"), (set.Json.GetProperty("namespace").GetString(), set.Json.GetProperty("collection").GetString()));
        Assert.Equal(("café\"\\", "😀"), (list.Json.GetProperty("namespace").GetString(), list.Json.GetProperty("collection").GetString()));
    }

    [Fact]
    public async Task Two_spellings_of_a_collection_are_one_collection()
    {
        await _gateway.Send("POST", "/api/v1/kv/spell/abc/k", "{\"value\":1}");

        var get = await _gateway.Send("GET", "/api/v1/kv/%73pell/%61bc/k");

        Assert.Equal((200, "spell", "abc"), (get.Status, get.Json.GetProperty("namespace").GetString(), get.Json.GetProperty("collection").GetString()));
    }

    [Fact]
    public async Task Dot_segments_are_names_and_lead_nowhere()
    {
        var up = await _gateway.Send("GET", "/api/v1/kv/n/c/../../../../health");
        var beside = await _gateway.Send("GET", "/api/../health");
        var over = await _gateway.Send("GET", "/api/v1/kv/n/../k");

        Assert.Equal((404, "NOT_FOUND"), (up.Status, up.Code));
        Assert.Equal((404, "NOT_FOUND"), (beside.Status, beside.Code));
        Assert.Equal((400, "INVALID_PARAMS"), (over.Status, over.Code));
    }

    [Fact]
    public void Cached_handles_are_bounded()
    {
        var handles = new CollectionHandles(_gateway.Services.GetRequiredService<IGrainFactory>(), _gateway.Local);
        for (var i = 0; i < 5 * CollectionHandles.MaxHandles; i++)
        {
            var match = Routes.Match($"/api/v1/kv/n/c{i}/k");
            Assert.True(handles.TryGet(match, out var handle, out _));
            Assert.Equal($"c{i}", handle.Collection);
            Assert.InRange(handles.Count, 1, CollectionHandles.MaxHandles);
        }
    }

    [Fact]
    public void Cached_handles_of_collections_in_the_process_are_kept_but_not_one_for_each_spelling()
    {
        const int Here = 5 * CollectionHandles.MaxHandles;
        var local = new TestLocal();
        for (var i = 0; i < Here; i++)
        {
            local.Collections[$"n/cc{i}"] = new TestLocalCollection("k", "1");
        }

        var handles = new CollectionHandles(_gateway.Services.GetRequiredService<IGrainFactory>(), local);
        var first = Enumerable.Range(0, Here).Select(i => HandleOf(handles, $"cc{i}")).ToList();
        Assert.Equal(first, Enumerable.Range(0, Here).Select(i => HandleOf(handles, $"cc{i}")));
        foreach (var spelling in from start in new[] { "%63c", "c%63", "%63%63" } from i in Enumerable.Range(0, Here) select $"{start}{i}")
        {
            HandleOf(handles, spelling);
            Assert.InRange(handles.Count, Here, 2 * Here);
        }

        // They have left the process, and others come.
        local.Collections.Clear();
        for (var i = 0; i < 2 * Here; i++)
        {
            HandleOf(handles, $"d{i}");
        }

        Assert.InRange(handles.Count, 1, CollectionHandles.MaxHandles);
    }

    private static CollectionHandle HandleOf(CollectionHandles handles, string collection)
    {
        Assert.True(handles.TryGet(Routes.Match($"/api/v1/kv/n/{collection}/k"), out var handle, out _));
        return handle;
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();
}
