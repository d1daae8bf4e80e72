using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;

namespace EdgeOrleans.Api.Tests;

public sealed class TlsTests : IAsyncLifetime
{
    private X509Certificate2 _certificate = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // As the server's own configuration does: TLS comes after what the gateway has put into every endpoint.
        _gateway = await TestGateway.Start(
            new() { Listen = "http://127.0.0.1:0", MaxConnections = 2 },
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(_certificate)));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Entry_is_served_to_a_page_of_its_own_origin()
    {
        Assert.Equal("https", _gateway.Address.Scheme);

        var set = await _gateway.Send("POST", "/api/v1/kv/tls/c/k", "{\"value\":1}", "Origin: https://localhost\r\n");
        var foreign = await _gateway.Send("POST", "/api/v1/kv/tls/c/k", "{\"value\":1}", "Origin: http://localhost\r\n");

        Assert.Equal((201, 403), (set.Status, foreign.Status));
    }

    [Theory]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /a%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    public async Task Error_of_the_server_itself_has_a_body_too(string request, int status)
    {
        await using var connection = await _gateway.Connect();
        await connection.Send(request);

        var answer = await connection.Read();

        Assert.Equal((status, "INVALID_PARAMS", "application/json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
        Assert.True(await connection.IsClosed());
    }

    [Fact]
    public async Task Connection_over_the_limit_is_answered_503()
    {
        await using var first = await _gateway.Connect();
        await using var second = await _gateway.Connect();

        var over = await _gateway.Send("GET", "/health");

        Assert.Equal((503, "UNAVAILABLE"), (over.Status, over.Code));
    }
}
