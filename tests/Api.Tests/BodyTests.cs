using System.Text;

namespace EdgeOrleans.Api.Tests;

/// <summary>Bodies on the wire: their limits, their framing, their pace.</summary>
public sealed class BodyTests : IAsyncLifetime
{
    private const int MaxBody = 4096;
    private const string Path = "/api/v1/kv/body/c/k";
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await TestGateway.Start(new()
    {
        Listen = "http://127.0.0.1:0",
        MaxValueBytes = 1024,
        MaxBodyBytes = MaxBody,
        MaxRequestBytesInFlight = 10_000,
    });

    public async ValueTask DisposeAsync()
    {
        await _gateway.AssertNothingInFlight();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Body_at_the_limit_is_taken_and_one_byte_more_is_413()
    {
        foreach (var path in new[] { Path, "/api/v1/kv/batch" })
        {
            foreach (var chunked in new[] { false, true })
            {
                var atLimit = await Send("POST", path, Padded(MaxBody), chunked);
                var over = await Send("POST", path, Padded(MaxBody + 1), chunked);
                var far = await Send("POST", path, Padded(300_000), chunked);

                Assert.Equal(path == Path ? 201 : 200, atLimit.Status);
                Assert.Equal((413, "BODY_TOO_LARGE", "application/json"), (over.Status, over.Code, over.Headers["Content-Type"]));
                Assert.Contains("4096", over.Message);
                Assert.Contains("Http:MaxBodyBytes", over.Message);
                Assert.Equal((413, "BODY_TOO_LARGE"), (far.Status, far.Code));
            }
        }
    }

    [Fact]
    public async Task Announced_length_far_past_the_limit_is_413_at_once()
    {
        foreach (var length in new[] { "4097", "2147483648", "9223372036854775807" })
        {
            await using var connection = await _gateway.Connect();
            await connection.Send($"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");

            Assert.Equal(413, (await connection.Read()).Status);
        }
    }

    [Fact]
    public async Task Client_that_asks_first_is_told_to_go_on()
    {
        await using var connection = await _gateway.Connect();
        await connection.Send($"POST {Path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
        var first = await connection.Read();
        await connection.Send("{\"value\":1}");
        var second = await connection.Read();

        Assert.Equal((100, 201), (first.Status, second.Status));
    }

    [Theory]
    [InlineData(Path, 5000, 413)]
    [InlineData("/nothing", 11, 404)]
    [InlineData("/api/v1/kv/body/c/%FF", 11, 400)]
    public async Task Client_that_asks_first_is_refused_without_sending(string path, int length, int status)
    {
        await using var connection = await _gateway.Connect();
        await connection.Send($"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n");

        Assert.Equal(status, (await connection.Read()).Status);
    }

    [Fact]
    public async Task Refused_request_does_not_spoil_the_next_on_its_connection()
    {
        await using var connection = await _gateway.Connect();
        var body = new string('x', 3000);
        foreach (var (method, path, status) in new[] { ("POST", "/nothing", 404), ("PATCH", Path, 405), ("POST", "/api/v1/kv/a/b/%FF", 400), ("DELETE", Path, 200), ("GET", "/health", 200), ("POST", Path, 400) })
        {
            await connection.Send($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            Assert.Equal(status, (await connection.Read()).Status);
        }

        await connection.Send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, (await connection.Read()).Status);
    }

    [Theory]
    [InlineData("b\r\n{\"value\":1}\r\n0\r\n\r\n", 201)]
    [InlineData("1\r\n{\r\nA\r\n\"value\":1}\r\n0\r\n\r\n", 201)]
    [InlineData("b;ext=1\r\n{\"value\":1}\r\n0\r\nTrailer: x\r\n\r\n", 201)]
    [InlineData("0000b\r\n{\"value\":1}\r\n0\r\n\r\n", 201)]
    [InlineData("0\r\n\r\n", 400)]
    [InlineData("b\r\n{\"value\":1}0\r\n\r\n", 400)]
    [InlineData("x\r\n{\"value\":1}\r\n0\r\n\r\n", 400)]
    [InlineData("-1\r\n{\"value\":1}\r\n0\r\n\r\n", 400)]
    [InlineData("FFFFFFFFFFFFFFFF\r\n{\"value\":1}\r\n0\r\n\r\n", 400)]
    [InlineData("a\r\n{\"value\":1}\r\n0\r\n\r\n", 400)]
    public async Task Chunked_body_is_read_or_400(string chunks, int status)
    {
        await using var connection = await _gateway.Connect();
        await connection.Send($"POST {Path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");

        var answer = await connection.Read();

        Assert.Equal(status, answer.Status);
        if (status == 400)
        {
            Assert.Equal(("INVALID_BODY", "application/json"), (answer.Code, answer.Headers["Content-Type"]));
        }
    }

    [Fact]
    public async Task Body_with_both_kinds_of_length_is_not_smuggled()
    {
        await using var connection = await _gateway.Connect();
        await connection.Send(
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{{\"value\":1}}\r\n0\r\n\r\n");

        Assert.Equal(201, (await connection.Read()).Status);
        Assert.True(await connection.IsClosed());
    }

    [Theory]
    [InlineData("Upgrade, HTTP2-Settings", "h2c")]
    [InlineData("Upgrade", "websocket")]
    public async Task Client_that_offers_another_protocol_is_answered_in_this_one(string connectionHeader, string protocol)
    {
        // Java's client asks every server for HTTP/2 this way, also with a body.
        await using var connection = await _gateway.Connect();
        await connection.Send(
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connectionHeader}\r\nUpgrade: {protocol}\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Length: 11\r\n\r\n{{\"value\":1}}");
        Assert.Equal(201, (await connection.Read()).Status);

        await connection.Send($"GET {Path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connectionHeader}\r\nUpgrade: {protocol}\r\n\r\n");
        Assert.Equal(200, (await connection.Read()).Status);
    }

    [Fact]
    public async Task Missing_length_is_an_empty_body()
    {
        await using var connection = await _gateway.Connect();
        await connection.Send($"POST {Path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

        var answer = await connection.Read();

        Assert.Equal((400, "INVALID_BODY"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Bodies_in_flight_beyond_the_limit_are_503_until_others_are_done()
    {
        var gate = _gateway.Store.Gates["slow/c"] = new();
        List<Task<RawResponse>> held = [];
        foreach (var chunked in new[] { false, true })
        {
            held.Add(Send("POST", "/api/v1/kv/slow/c/k", Padded(4000), chunked));
            await gate.Arrival();
        }

        // Some 8,000 of 10,000 are held.
        var set = await Send("POST", Path, Padded(4000), chunked: false);
        var chunkedSet = await Send("POST", Path, Padded(4000), chunked: true);
        var batch = await Send("POST", "/api/v1/kv/batch", Padded(4000), chunked: false);
        var small = await Send("POST", Path, Padded(500), chunked: false);
        var get = await _gateway.Send("GET", Path);
        gate.Open();

        foreach (var refused in new[] { set, chunkedSet, batch })
        {
            Assert.Equal((503, "UNAVAILABLE"), (refused.Status, refused.Code));
            Assert.True(refused.Headers.ContainsKey("Retry-After"));
            Assert.Contains("Http:MaxRequestBytesInFlight", refused.Message);
            Assert.Contains("10000", refused.Message);
        }

        Assert.Equal((201, 200), (small.Status, get.Status));
        Assert.All(await Task.WhenAll(held), answer => Assert.Equal(201, answer.Status));
        await _gateway.AssertNothingInFlight();
        Assert.Equal(201, (await Send("POST", Path, Padded(4000), chunked: false)).Status);
    }

    [Fact]
    public async Task Client_that_leaves_while_its_write_runs_leaks_nothing()
    {
        var gate = _gateway.Store.Gates["left/c"] = new();
        var connection = await _gateway.Connect();
        await connection.Send($"POST /api/v1/kv/left/c/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n{{\"value\":1}}");
        await gate.Arrival();
        connection.Reset();
        gate.Open();

        await _gateway.AssertNothingInFlight();
        Assert.Equal(200, (await _gateway.Send("GET", "/api/v1/kv/left/c/k")).Status);
        Assert.DoesNotContain(_gateway.Log.Lines, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    /// <summary>A body of just so many bytes that both a SET and a batch take.</summary>
    private static string Padded(int length)
    {
        const string Text = "{\"value\":1,\"operations\":[{\"namespace\":\"body\",\"collection\":\"c\",\"key\":\"k\",\"value\":1}]}";
        return Text + new string(' ', length - Text.Length);
    }

    private async Task<RawResponse> Send(string method, string path, string body, bool chunked)
    {
        await using var connection = await _gateway.Connect();
        await connection.Send($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\r\n\r\n");
        if (!chunked)
        {
            await connection.Send(body);
            return await connection.Read();
        }

        var chunks = new StringBuilder();
        foreach (var chunk in body.Chunk(1000))
        {
            chunks.Append($"{chunk.Length:x}\r\n").Append(chunk).Append("\r\n");
        }

        await connection.Send(chunks.Append("0\r\n\r\n").ToString());
        return await connection.Read();
    }
}
