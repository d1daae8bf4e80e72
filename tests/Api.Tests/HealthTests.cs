namespace EdgeOrleans.Api.Tests;

public sealed class HealthTests : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync() =>
        _gateway = await TestGateway.Start(new() { Listen = "http://127.0.0.1:0", Environment = "field" });

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Root_tells_what_this_is()
    {
        var root = await _gateway.Send("GET", "/");

        Assert.Equal(200, root.Status);
        Assert.Equal(["message", "version"], root.Json.EnumerateObject().Select(member => member.Name));
        Assert.Matches(@"^\d+\.\d+\.\d+$", root.Json.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Health_is_200_while_writes_are_acknowledged()
    {
        var health = await _gateway.Send("GET", "/health");

        Assert.Equal(200, health.Status);
        Assert.Equal("healthy", health.Json.GetProperty("status").GetString());
        Assert.Equal("field", health.Json.GetProperty("environment").GetString());
        Assert.NotEmpty(health.Message);
        Assert.EndsWith("Z", health.Json.GetProperty("timestamp").GetString());
        Assert.False(health.Json.TryGetProperty("warnings", out _));
    }

    [Fact]
    public async Task Health_is_503_with_the_reason_while_writes_are_not_and_live_stays_200()
    {
        _gateway.Status.WriteFault = "the card has no room";
        _gateway.Status.Warnings = ["segment 3 is damaged"];

        var health = await _gateway.Send("GET", "/health");
        var head = await _gateway.Send("HEAD", "/health");
        var live = await _gateway.Send("GET", "/health/live");

        Assert.Equal((503, "unhealthy", "the card has no room"), (health.Status, health.Json.GetProperty("status").GetString(), health.Message));
        Assert.True(health.Headers.ContainsKey("Retry-After"));
        Assert.Equal("segment 3 is damaged", health.Json.GetProperty("warnings")[0].GetString());
        Assert.Equal((503, 200), (head.Status, live.Status));

        _gateway.Status.WriteFault = null;
        Assert.Equal(200, (await _gateway.Send("GET", "/health")).Status);
    }
}
