namespace EdgeOrleans.Api.Tests;

public sealed class ErrorTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Theory]
    [InlineData("GET", "/nothing")]
    [InlineData("POST", "/nothing")]
    [InlineData("GET", "/api/v1/kv/n")]
    [InlineData("GET", "/api/v1/kv/n/c/k/l")]
    [InlineData("POST", "/api/v1/kv/n/c/k/l")]
    [InlineData("DELETE", "/api/v1/kv/n/c/a/b")]
    [InlineData("BREW", "/nothing")]
    [InlineData("OPTIONS", "*")]
    public async Task Unknown_route_is_404(string method, string target)
    {
        var answer = await _gateway.Send(method, target, method is "POST" ? "{\"value\":1}" : null);

        Assert.Equal((404, "NOT_FOUND", "application/json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
    }

    [Theory]
    [InlineData("POST", "/", "GET, HEAD")]
    [InlineData("DELETE", "/health", "GET, HEAD")]
    [InlineData("PUT", "/health/live", "GET, HEAD")]
    [InlineData("PATCH", "/api/v1/kv/n/c/k", "GET, HEAD, POST, PUT, DELETE")]
    [InlineData("OPTIONS", "/api/v1/kv/n/c/k", "GET, HEAD, POST, PUT, DELETE")]
    [InlineData("TRACE", "/api/v1/kv/n/c/k", "GET, HEAD, POST, PUT, DELETE")]
    [InlineData("BREW", "/api/v1/kv/n/c/k", "GET, HEAD, POST, PUT, DELETE")]
    [InlineData("get", "/api/v1/kv/n/c/k", "GET, HEAD, POST, PUT, DELETE")]
    [InlineData("POST", "/api/v1/kv/n/c", "GET, HEAD")]
    [InlineData("DELETE", "/api/v1/kv/n/c", "GET, HEAD")]
    [InlineData("GET", "/api/v1/kv/batch", "POST, DELETE")]
    [InlineData("HEAD", "/api/v1/kv/batch", "POST, DELETE")]
    [InlineData("PUT", "/api/v1/kv/batch", "POST, DELETE")]
    [InlineData("POST", "/api/v1/namespaces", "GET, HEAD")]
    [InlineData("DELETE", "/api/v1/namespaces", "GET, HEAD")]
    [InlineData("GET", "/api/v1/namespaces/n", "DELETE")]
    [InlineData("POST", "/api/v1/namespace/n", "DELETE")]
    [InlineData("DELETE", "/api/v1/namespace/n/info", "GET, HEAD")]
    [InlineData("DELETE", "/api/v1/namespaces/n/collections", "GET, HEAD")]
    [InlineData("GET", "/api/v1/namespaces/n/collections/c", "DELETE")]
    public async Task Wrong_method_is_405_and_names_those_that_go(string method, string target, string allow)
    {
        var answer = await _gateway.Send(method, target, method is "POST" or "PUT" or "PATCH" ? "{\"value\":1}" : null);

        Assert.Equal((405, allow, "application/json"), (answer.Status, answer.Headers["Allow"], answer.Headers["Content-Type"]));
        if (method != "HEAD")
        {
            Assert.Equal("METHOD_NOT_ALLOWED", answer.Code);
            Assert.Equal(["message", "code"], answer.Json.EnumerateObject().Select(member => member.Name));
        }
    }

    /// <summary>What the server refuses by itself, without asking the gateway.</summary>
    public static TheoryData<string, int, string> ServersOwn => new()
    {
        { "GET /health HTTP/1.1\r\n\r\n", 400, "INVALID_PARAMS" },
        { "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "INVALID_PARAMS" },
        { "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "INVALID_PARAMS" },
        { "GET /\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "INVALID_PARAMS" },
        { "GET /a%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "INVALID_PARAMS" },
        { "GET http://other/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "INVALID_PARAMS" },
        { "GET health HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "POST /api/v1/kv/n/c/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400, "INVALID_PARAMS" },
        { "POST /api/v1/kv/n/c/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, "INVALID_PARAMS" },
        { "POST /api/v1/kv/n/c/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 400, "INVALID_PARAMS" },
        { $"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "INVALID_PARAMS" },
        { $"GET /health HTTP/1.1\r\nHost: localhost\r\nX: {new string('a', 40_000)}\r\n\r\n", 431, "INVALID_PARAMS" },
        { $"GET /health HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 200))}\r\n", 431, "INVALID_PARAMS" },
        { "GET /health HTTP/1.7\r\nHost: localhost\r\n\r\n", 505, "INVALID_PARAMS" },
        { "nonsense\r\n\r\n", 400, "INVALID_PARAMS" },
    };

    [Theory]
    [MemberData(nameof(ServersOwn))]
    public async Task Error_of_the_server_itself_has_a_body_too(string request, int status, string code)
    {
        await using var connection = await _gateway.Connect();
        await connection.Send(request);

        var answer = await connection.Read();

        Assert.Equal((status, code, "application/json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
        Assert.NotEmpty(answer.Message);
        Assert.True(await connection.IsClosed());
    }

    [Theory]
    [InlineData(RefusalCode.InvalidParams, 400, "INVALID_PARAMS")]
    [InlineData(RefusalCode.InvalidBody, 400, "INVALID_BODY")]
    [InlineData(RefusalCode.BatchSizeExceeded, 400, "BATCH_SIZE_EXCEEDED")]
    [InlineData(RefusalCode.ValueTooLarge, 413, "VALUE_TOO_LARGE")]
    [InlineData(RefusalCode.CollectionFull, 413, "COLLECTION_FULL")]
    [InlineData(RefusalCode.BacklogFull, 503, "BACKLOG_FULL")]
    [InlineData(RefusalCode.InsufficientStorage, 507, "INSUFFICIENT_STORAGE")]
    [InlineData(RefusalCode.LimitReached, 507, "LIMIT_REACHED")]
    [InlineData(RefusalCode.PreconditionFailed, 412, "PRECONDITION_FAILED")]
    [InlineData(RefusalCode.BatchRefused, 409, "BATCH_REFUSED")]
    [InlineData(RefusalCode.Timeout, 504, "TIMEOUT")]
    [InlineData(RefusalCode.Unavailable, 503, "UNAVAILABLE")]
    [InlineData(RefusalCode.Overtaken, 503, "UNAVAILABLE")]
    public async Task Refusal_of_a_grain_has_its_status_and_code(RefusalCode refusal, int status, string code)
    {
        var path = $"/api/v1/kv/refused/{refusal}/k";
        _gateway.Store.Refuses["refused/" + refusal] = new(refusal, "as \"told\"");

        foreach (var method in new[] { "POST", "PUT", "DELETE" })
        {
            AssertError(await _gateway.Send(method, path, "{\"value\":1}"), status, code);
        }

        _gateway.Store.Throws["refused/" + refusal] = () => new RefusedException(new(refusal, "as \"told\""));
        foreach (var (method, target) in new[] { ("GET", path), ("POST", path), ("DELETE", path), ("GET", path[..^2]) })
        {
            AssertError(await _gateway.Send(method, target, method == "POST" ? "{\"value\":1}" : null), status, code);
        }

        await _gateway.AssertNothingInFlight();
    }

    [Fact]
    public void Every_refusal_code_has_a_row_of_its_own()
    {
        // To be overtaken is a matter between servers: for a client it is one more reason to try again.
        Assert.Same(ErrorKind.Unavailable, ErrorKind.Of(RefusalCode.Overtaken));
        var kinds = Enum.GetValues<RefusalCode>().Except([RefusalCode.Overtaken]).Select(ErrorKind.Of).ToArray();

        Assert.Equal(kinds.Length, kinds.Distinct().Count());
        Assert.DoesNotContain(ErrorKind.Internal, kinds);
        Assert.Same(ErrorKind.Internal, ErrorKind.Of((RefusalCode)999));
    }

    public static TheoryData<string, int, string> Faults => new()
    {
        { nameof(TimeoutException), 504, "TIMEOUT" },
        { nameof(OrleansException), 503, "UNAVAILABLE" },
        { nameof(SiloUnavailableException), 503, "UNAVAILABLE" },
        { nameof(InvalidOperationException), 500, "INTERNAL_ERROR" },
        { nameof(ArithmeticException), 500, "INTERNAL_ERROR" },
        { nameof(OperationCanceledException), 500, "INTERNAL_ERROR" },
        { nameof(IOException), 500, "INTERNAL_ERROR" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_of_a_grain_is_told_without_details_and_logged(string fault, int status, string code)
    {
        _gateway.Store.Throws["faults/" + fault] = () => fault switch
        {
            nameof(TimeoutException) => new TimeoutException("secret"),
            nameof(OrleansException) => new OrleansException("secret"),
            nameof(SiloUnavailableException) => new SiloUnavailableException("secret"),
            nameof(InvalidOperationException) => new InvalidOperationException("secret"),
            nameof(OperationCanceledException) => new OperationCanceledException("secret"),
            nameof(IOException) => new IOException("secret"),
            _ => new ArithmeticException("secret"),
        };
        foreach (var (method, path) in new[] { ("GET", "/k"), ("POST", "/k"), ("DELETE", "/k"), ("GET", "") })
        {
            var answer = await _gateway.Send(method, $"/api/v1/kv/faults/{fault}{path}", method == "POST" ? "{\"value\":1}" : null);

            Assert.Equal((status, code, "application/json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
            Assert.DoesNotContain("secret", answer.Text);
            Assert.Equal(status == 503, answer.Headers.ContainsKey("Retry-After"));
        }

        if (status == 500)
        {
            Assert.Contains(_gateway.Log.Lines, line => line.Text.Contains(fault, StringComparison.Ordinal));
        }
    }

    private static void AssertError(RawResponse answer, int status, string code)
    {
        Assert.Equal((status, code, "as \"told\""), (answer.Status, answer.Code, answer.Message));
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
        Assert.Equal(status == 503, answer.Headers.ContainsKey("Retry-After"));
    }
}
