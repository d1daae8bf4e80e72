namespace EdgeOrleans.Api.Tests;

/// <summary>A gateway that has invited a host and two origins.</summary>
public sealed class InvitingGateway : IAsyncLifetime
{
    public TestGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Gateway = await TestGateway.Start(new()
    {
        Listen = "http://127.0.0.1:0",
        AllowedHosts = ["kv.example.org"],
        AllowedOrigins = ["https://app.example.org", "http://localhost:3000"],
    });

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}

public sealed class AdmissionTests(InvitingGateway inviting) : IClassFixture<InvitingGateway>
{
    private const string Path = "/api/v1/kv/guard/c/k";
    private readonly TestGateway _gateway = inviting.Gateway;

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:8080", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("192.168.1.20:8080", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("[fe80::1]:80", true)]
    [InlineData("raspberrypi", true)]
    [InlineData("raspberry-pi_4:8080", true)]
    [InlineData("pi.local", true)]
    [InlineData("PI.LOCAL:8080", true)]
    [InlineData("kv.office.lan", true)]
    [InlineData("kv.svc.internal", true)]
    [InlineData("pi.home.arpa", true)]
    [InlineData("kv.example.org", true)]
    [InlineData("KV.Example.Org:8080", true)]
    [InlineData("example.org", false)]
    [InlineData("evil.kv.example.org", false)]
    [InlineData("kv.example.org.evil.com", false)]
    [InlineData("evil.com", false)]
    [InlineData("pi.local.evil.com", false)]
    [InlineData("local.com", false)]
    [InlineData("evillocal.com", false)]
    [InlineData("pi.local.", false)]
    [InlineData("localhost.", false)]
    [InlineData(".local", false)]
    [InlineData("1.2.3", false)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("999.1.1.1", false)]
    [InlineData("127.0.0.1.evil.com", false)]
    [InlineData("127.0.0.1.nip.io", false)]
    [InlineData("arpa", true)]
    [InlineData("home.arpa", false)]
    [InlineData("", false)]
    public async Task Host_must_be_an_address_or_a_name_of_the_local_network(string host, bool allowed)
    {
        var answer = await _gateway.Send("GET", "/health", host: host);

        Assert.Equal(allowed ? 200 : 403, answer.Status);
        if (!allowed)
        {
            Assert.Equal("FORBIDDEN_HOST", answer.Code);
            Assert.Contains("Http:AllowedHosts", answer.Message);
        }
    }

    [Theory]
    [InlineData("[::1")]
    [InlineData("[nonsense]")]
    [InlineData("[]")]
    [InlineData("[::1]x")]
    [InlineData("[::1]:8x")]
    [InlineData("host:8x")]
    [InlineData("a,b")]
    [InlineData("a@b")]
    [InlineData("pi.local@evil")]
    [InlineData("évil")]
    [InlineData(":80")]
    public void Host_that_is_no_host_is_not_allowed(string host) => Assert.False(new HostRules([]).Allows(host));

    [Fact]
    public void Host_allowed_once_lets_no_other_in()
    {
        var rules = new HostRules([]);

        Assert.True(rules.Allows("localhost"));
        Assert.False(rules.Allows("evil.com"));
        Assert.True(rules.Allows("localhost"));
        Assert.False(rules.Allows("evil.com"));
    }

    [Fact]
    public async Task Host_missing_in_http_1_0_is_403()
    {
        await using var connection = await _gateway.Connect();
        await connection.Send("GET /health HTTP/1.0\r\n\r\n");

        var answer = await connection.Read();

        Assert.Equal((403, "FORBIDDEN_HOST"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("POST", "", true)]
    [InlineData("POST", "Origin: http://localhost\r\n", true)]
    [InlineData("POST", "Origin: HTTP://LOCALHOST\r\n", true)]
    [InlineData("POST", "Origin: https://app.example.org\r\n", true)]
    [InlineData("POST", "Origin: https://app.example.org\r\nSec-Fetch-Site: cross-site\r\n", true)]
    [InlineData("POST", "Origin: http://localhost:3000\r\nSec-Fetch-Site: same-site\r\n", true)]
    [InlineData("POST", "Sec-Fetch-Site: same-origin\r\n", true)]
    [InlineData("POST", "Sec-Fetch-Site: none\r\n", true)]
    [InlineData("GET", "Sec-Fetch-Site: cross-site\r\n", true)]
    [InlineData("HEAD", "Sec-Fetch-Site: cross-site\r\n", true)]
    [InlineData("POST", "Sec-Fetch-Site: cross-site\r\n", false)]
    [InlineData("PUT", "Sec-Fetch-Site: Cross-Site\r\n", false)]
    [InlineData("DELETE", "Sec-Fetch-Site: cross-site\r\n", false)]
    [InlineData("POST", "Origin: http://localhost\r\nSec-Fetch-Site: cross-site\r\n", false)]
    [InlineData("GET", "Origin: null\r\n", false)]
    [InlineData("POST", "Origin: null\r\n", false)]
    [InlineData("GET", "Origin: https://evil.com\r\n", false)]
    [InlineData("POST", "Origin: https://evil.com\r\n", false)]
    [InlineData("POST", "Origin: https://localhost\r\n", false)]
    [InlineData("POST", "Origin: http://localhost:81\r\n", false)]
    [InlineData("POST", "Origin: http://localhost.evil.com\r\n", false)]
    [InlineData("POST", "Origin: http://app.example.org\r\n", false)]
    [InlineData("POST", "Origin: https://app.example.org:8443\r\n", false)]
    [InlineData("POST", "Origin: https://app.example.org.evil.com\r\n", false)]
    [InlineData("POST", "Origin: https://app.example.org\r\nOrigin: https://evil.com\r\n", false)]
    [InlineData("POST", "Origin: \r\n", false)]
    [InlineData("POST", "Origin: localhost\r\n", false)]
    public async Task Browser_is_kept_out_unless_invited(string method, string headers, bool allowed)
    {
        await _gateway.Send("POST", Path, "{\"value\":1}");

        var answer = await _gateway.Send(method, Path, method is "POST" or "PUT" ? "{\"value\":1}" : null, headers);

        Assert.Equal(allowed, answer.Status is 200 or 201);
        if (!allowed)
        {
            Assert.Equal((403, "FORBIDDEN_ORIGIN"), (answer.Status, answer.Code));
            Assert.Contains("Http:AllowedOrigins", answer.Message);
            Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData("GET", Path, 200)]
    [InlineData("GET", "/api/v1/kv/guard/c/missing", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("POST", "/health", 405)]
    public async Task Invited_origin_may_read_every_answer(string method, string path, int status)
    {
        await _gateway.Send("POST", Path, "{\"value\":1}");

        var answer = await _gateway.Send(method, path, null, "Origin: https://app.example.org\r\n");

        Assert.Equal(status, answer.Status);
        Assert.Equal("https://app.example.org", answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Equal("Origin", answer.Headers["Vary"]);
    }

    [Fact]
    public async Task Own_origin_gets_no_cors_headers()
    {
        var answer = await _gateway.Send("GET", "/health", null, "Origin: http://localhost\r\n");

        Assert.Equal(200, answer.Status);
        Assert.False(answer.Headers.ContainsKey("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Preflight_of_an_invited_origin_is_answered()
    {
        var answer = await _gateway.Send(
            "OPTIONS", Path, null, "Origin: https://app.example.org\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type\r\nSec-Fetch-Site: cross-site\r\n");

        Assert.Equal(204, answer.Status);
        Assert.Equal("https://app.example.org", answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("PUT", answer.Headers["Access-Control-Allow-Methods"]);
        Assert.Contains("DELETE", answer.Headers["Access-Control-Allow-Methods"]);
        Assert.Contains("Content-Type", answer.Headers["Access-Control-Allow-Headers"]);
        Assert.Contains("Authorization", answer.Headers["Access-Control-Allow-Headers"]);
    }

    [Theory]
    [InlineData("Origin: https://evil.com\r\nAccess-Control-Request-Method: PUT\r\n", 403)]
    [InlineData("Origin: https://app.example.org\r\n", 405)]
    [InlineData("Access-Control-Request-Method: PUT\r\n", 405)]
    public async Task Preflight_of_nobody_invited_is_not(string headers, int status)
    {
        var answer = await _gateway.Send("OPTIONS", Path, null, headers);

        Assert.Equal(status, answer.Status);
        Assert.False(answer.Headers.ContainsKey("Access-Control-Allow-Methods"));
    }

    [Theory]
    [InlineData("Bearer s3cret-token", true)]
    [InlineData("bearer s3cret-token", true)]
    [InlineData("BEARER  s3cret-token", true)]
    [InlineData("Bearer s3cret-tokeN", false)]
    [InlineData("Bearer s3cret-token2", false)]
    [InlineData("Bearer s3cret-toke", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearers3cret-token", false)]
    [InlineData("Basic s3cret-token", false)]
    [InlineData("s3cret-token", false)]
    [InlineData("", false)]
    public void Token_is_found_only_whole_and_under_its_scheme(string header, bool found) =>
        Assert.Equal(found, new BearerToken("s3cret-token").IsIn(header));

    [Fact]
    public void Token_is_not_met_by_characters_that_only_share_their_low_byte() =>
        Assert.False(new BearerToken("abc").IsIn("Bearer \u0161bc"));

    [Fact]
    public async Task Token_is_asked_for_everywhere_but_for_health_and_metrics()
    {
        await using var gateway = await TestGateway.Start(new()
        {
            Listen = "http://127.0.0.1:0", Token = "s3cret-token", AllowedOrigins = ["https://app.example.org"],
        });
        const string Right = "Authorization: Bearer s3cret-token\r\n";
        foreach (var (method, path) in new[] { ("GET", Path), ("POST", Path), ("DELETE", Path), ("GET", "/"), ("GET", "/nothing"), ("POST", "/api/v1/kv/batch"), ("GET", "/api/v1/namespaces"), ("GET", "/healthy"), ("GET", "/health/../api/v1/namespaces") })
        {
            foreach (var header in new[] { "", "Authorization: Bearer wrong\r\n", Right + "Authorization: Bearer wrong\r\n" })
            {
                var answer = await gateway.Send(method, path, method == "POST" ? "{\"value\":1}" : null, header);

                Assert.Equal((401, "UNAUTHORIZED", "Bearer"), (answer.Status, answer.Code, answer.Headers["WWW-Authenticate"]));
            }
        }

        Assert.Empty(gateway.Store.Applied);
        Assert.Equal(201, (await gateway.Send("POST", Path, "{\"value\":1}", Right)).Status);
        Assert.Equal(200, (await gateway.Send("GET", "/health")).Status);
        Assert.Equal(200, (await gateway.Send("GET", "/health/live")).Status);
        Assert.Equal(200, (await gateway.Send("GET", "/health/ready")).Status);
        Assert.Equal(200, (await gateway.Send("GET", "/metrics")).Status);
        Assert.Equal(401, (await gateway.Send("GET", "/recovery")).Status);

        // A browser asks without the token first, and may read that it is missing.
        const string Origin = "Origin: https://app.example.org\r\n";
        Assert.Equal(204, (await gateway.Send("OPTIONS", Path, null, Origin + "Access-Control-Request-Method: GET\r\n")).Status);
        var refused = await gateway.Send("GET", Path, null, Origin);
        Assert.Equal((401, "https://app.example.org"), (refused.Status, refused.Headers["Access-Control-Allow-Origin"]));
    }
}
