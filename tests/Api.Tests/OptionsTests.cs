namespace EdgeOrleans.Api.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_are_valid() => Assert.Null(new ApiOptions().Validate());

    public static TheoryData<ApiOptions, string?> Bounds => new()
    {
        { new() { MaxConnections = 1 }, null },
        { new() { MaxConnections = 65_535 }, null },
        { new() { MaxConnections = 0 }, "Http:MaxConnections is 0: it must be at least 1" },
        { new() { MaxConnections = 65_536 }, "Http:MaxConnections is 65536: it must be at most 65535" },
        { new() { MaxValueBytes = 16 << 20, MaxBodyBytes = (16 << 20) + 1024 }, null },
        { new() { MaxValueBytes = 1000, MaxBodyBytes = 2024 }, null },
        { new() { MaxValueBytes = 1000, MaxBodyBytes = 2023 }, "Http:MaxBodyBytes is 2023: it must be at least 2024" },
        { new() { MaxBodyBytes = 256 << 20, MaxRequestBytesInFlight = 256 << 20 }, null },
        { new() { MaxBodyBytes = (256 << 20) + 1 }, "Http:MaxBodyBytes is 268435457: it must be at most 268435456" },
        { new() { MaxRequestBytesInFlight = 8 << 20 }, null },
        { new() { MaxRequestBytesInFlight = (8 << 20) - 1 }, "Http:MaxRequestBytesInFlight is 8388607: it must be at least 8388608" },
        { new() { BodyTimeoutMs = 100 }, null },
        { new() { BodyTimeoutMs = 99 }, "Http:BodyTimeoutMs is 99: it must be at least 100" },
        { new() { BodyTimeoutMs = 3_600_000 }, null },
        { new() { BodyTimeoutMs = 3_600_001 }, "Http:BodyTimeoutMs is 3600001: it must be at most 3600000" },
        { new() { Token = "" }, null },
        { new() { Token = "~!234567" }, null },
        { new() { Token = new string('t', 512) }, null },
        { new() { Token = "1234567" }, "Http:Token must be" },
        { new() { Token = new string('t', 513) }, "Http:Token must be" },
        { new() { Token = "two words, both long" }, "Http:Token must be" },
        { new() { Token = "tökên-tökên" }, "Http:Token must be" },
        { new() { AllowedOrigins = ["https://a.org", "http://b:8080", "HTTP://[::1]:3000"] }, null },
        { new() { AllowedOrigins = ["https://a.org/"] }, "Http:AllowedOrigins has 'https://a.org/'" },
        { new() { AllowedOrigins = ["https://a.org/x"] }, "Http:AllowedOrigins has" },
        { new() { AllowedOrigins = ["a.org"] }, "Http:AllowedOrigins has" },
        { new() { AllowedOrigins = ["*"] }, "Http:AllowedOrigins has" },
        { new() { AllowedOrigins = ["null"] }, "Http:AllowedOrigins has" },
        { new() { AllowedHosts = ["kv.example.org"] }, null },
        { new() { AllowedHosts = ["kv.example.org:8080"] }, "Http:AllowedHosts has 'kv.example.org:8080'" },
        { new() { AllowedHosts = ["http://kv.example.org"] }, "Http:AllowedHosts has" },
        { new() { AllowedHosts = ["*.example.org"] }, "Http:AllowedHosts has" },
        { new() { AllowedHosts = ["::1"] }, "Http:AllowedHosts has '::1'" },
        { new() { AllowedHosts = [""] }, "Http:AllowedHosts has" },
        { new() { Listen = "http://127.0.0.1:8080;http://[::1]:8080; http://LOCALHOST:1" }, null },
        { new() { Listen = "http://127.9.9.9:8080" }, null },
        { new() { Listen = "http://unix:/run/kv.sock" }, null },
        { new() { Listen = "" }, "Http:Listen is empty" },
        { new() { Listen = "localhost:8080" }, "Http:Listen has 'localhost:8080'" },
        { new() { Listen = "ftp://localhost:8080" }, "Http:Listen has" },
        { new() { Listen = "http://localhost:80a" }, "Http:Listen has" },
        { new() { Listen = "http://localhost:99999" }, "Http:Listen has" },
        { new() { Listen = "http://localhost:8080/kv" }, "Http:Listen has" },
        { new() { Listen = "http://*:8080" }, "Http:Listen is 'http://*:8080', which others can reach" },
        { new() { Listen = "http://0.0.0.0:8080" }, "which others can reach" },
        { new() { Listen = "http://[::]:8080" }, "which others can reach" },
        { new() { Listen = "http://192.168.1.20:8080" }, "which others can reach" },
        { new() { Listen = "http://pi.local:8080" }, "which others can reach" },
        { new() { Listen = "http://localhost.evil.com:8080" }, "which others can reach" },
        { new() { Listen = "http://localhost:8080;http://+:8081" }, "which others can reach" },
        { new() { Listen = "http://*:8080", Token = "" }, "which others can reach" },
        { new() { Listen = "http://*:8080", Token = "s3cret-token" }, null },
        { new() { Listen = "http://*:8080", AllowAnonymous = true }, null },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Option_out_of_bounds_is_named_with_value_and_bound(ApiOptions options, string? fault)
    {
        if (fault is null)
        {
            Assert.Null(options.Validate());
        }
        else
        {
            Assert.Contains(fault, options.Validate());
        }
    }
}
