using System.Globalization;
using System.Text;

namespace EdgeOrleans.Api.Tests;

/// <summary>Requests that arrive in pieces, all at once, or not whole.</summary>
public sealed class BrokenRequestTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    public static TheoryData<string, string> Requests => new()
    {
        { "length", "POST /api/v1/kv/NS/c/k%2F1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: LENGTH\r\n\r\n{\"value\":[1,2]}" },
        { "chunked", "POST /api/v1/kv/NS/c/k%2F1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"value\"\r\n7\r\n:[1,2]}\r\n0\r\n\r\n" },
        { "batch", "POST /api/v1/kv/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: LENGTH\r\n\r\n{\"operations\":[{\"namespace\":\"NS\",\"collection\":\"c\",\"key\":\"1\",\"value\":1}]}" },
        { "delete", "DELETE /api/v1/kv/NS/c/k%2F1 HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_cut_at_any_byte_changes_nothing_and_hangs_nobody(string name, string request)
    {
        // An abortive end may overtake the last bytes, so that only a half-closed connection can expect to be answered.
        foreach (var reset in new[] { false, true })
        {
            var ns = $"cut-{name}-{reset}";
            var whole = Named(request, ns);
            await Parallel.ForEachAsync(Enumerable.Range(0, whole.Length), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (length, cancel) =>
            {
                await using var connection = await _gateway.Connect();
                await connection.Send(whole[..length]);
                if (reset)
                {
                    connection.Reset();
                    return;
                }

                connection.EndSending();
                if (await connection.TryRead() is { } answer)
                {
                    Assert.Equal((400, "application/json"), (answer.Status, answer.Headers["Content-Type"]));
                    Assert.NotNull(answer.Code);
                }

                Assert.True(await connection.IsClosed());
            });

            await _gateway.AssertNothingInFlight();
            Assert.DoesNotContain(_gateway.Store.Applied, applied => applied.Collection.StartsWith(ns, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(_gateway.Log.Lines, line => line.Text.Contains("cut-", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_in_two_parts_is_the_same_wherever_it_is_split(string name, string request)
    {
        var whole = Named(request, $"split-{name}");
        await Parallel.ForEachAsync(Enumerable.Range(1, whole.Length - 1), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (length, cancel) =>
        {
            await using var connection = await _gateway.Connect();
            await connection.Send(whole[..length]);
            await Task.Delay(5, cancel);
            await connection.Send(whole[length..]);

            Assert.InRange((await connection.Read()).Status, 200, 201);
        });

        var applied = _gateway.Store.Applied.Where(applied => applied.Collection == $"split-{name}/c").ToArray();
        Assert.Equal(whole.Length - 1, applied.Length);
        Assert.Single(applied.Select(call => Encoding.UTF8.GetString(call.Batch.Operations[0].Value.Span)).Distinct());
    }

    [Fact]
    public async Task Request_byte_by_byte_is_answered()
    {
        await using var connection = await _gateway.Connect();
        foreach (var c in Named(Requests.First().Data.Item2, "bytes"))
        {
            await connection.Send(c.ToString());
        }

        Assert.Equal(201, (await connection.Read()).Status);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        var requests = new StringBuilder();
        for (var i = 0; i < 200; i++)
        {
            var body = string.Create(CultureInfo.InvariantCulture, $"{{\"value\":{i}}}");
            requests.Append($"POST /api/v1/kv/pipe/c/k{i % 7} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            requests.Append($"GET /api/v1/kv/pipe/c/k{i % 7} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            requests.Append("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }

        await using var connection = await _gateway.Connect();
        await connection.Send(requests.ToString());

        for (var i = 0; i < 200; i++)
        {
            var set = await connection.Read();
            var get = await connection.Read();
            var none = await connection.Read();
            Assert.Equal((201, 200, 404), (set.Status, get.Status, none.Status));
            Assert.Equal((i, i), (set.Json.GetProperty("value").GetInt32(), get.Json.GetProperty("value").GetInt32()));
        }
    }

    [Fact]
    public async Task Random_bytes_are_never_a_500()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        string[] pieces = ["GET ", "POST ", "/api/v1/kv/", "n", "/", "%", "%2F", " HTTP/1.1\r\n", "Host: localhost\r\n", "\r\n", "Content-Length: 5\r\n", "{\"value\":1}", "?", "limit=", "http://", "\0", "\u00ff", "Transfer-Encoding: chunked\r\n", "5\r\n"];
        var requests = Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => pieces[random.Next(pieces.Length)]))).ToArray();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (request, cancel) =>
        {
            await using var connection = await _gateway.Connect();
            await connection.Send(request);
            connection.EndSending();
            while (await connection.TryRead() is { } answer)
            {
                Assert.False(answer.Status is 500 || answer.Body.Length == 0, $"seed {seed}: {request}");
            }
        });

        await _gateway.AssertNothingInFlight();
    }

    private static string Named(string request, string ns)
    {
        var named = request.Replace("NS", ns, StringComparison.Ordinal);
        var body = named.Length - named.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;
        return named.Replace("LENGTH", body.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
