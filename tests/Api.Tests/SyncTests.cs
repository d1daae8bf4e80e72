using System.Text.Json;

namespace EdgeOrleans.Api.Tests;

public sealed class SyncTests(SharedGateway shared) : IClassFixture<SharedGateway>, IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 11, 24, 15, 30, 0, TimeSpan.Zero);

    private readonly TestGateway _gateway = shared.Gateway;

    public void Dispose() => _gateway.Status.Targets = [];

    [Fact]
    public async Task Without_a_site_there_is_no_target()
    {
        var sync = await _gateway.Send("GET", "/sync");
        Assert.Equal(200, sync.Status);
        Assert.Empty(sync.Json.GetProperty("targets").EnumerateArray());
    }

    [Theory]
    [InlineData(true, 0, null, null, "in_sync")]
    [InlineData(true, 3, null, null, "catching_up")]
    [InlineData(false, 3, null, null, "connecting")]
    [InlineData(false, 3, "away", null, "failing")]
    [InlineData(true, 3, "away", "ahead", "refused")]
    public async Task Worst_that_there_is_to_say_is_the_state(bool isCompared, int collections, string? fault, string? refusal, string state)
    {
        _gateway.Status.Targets = [Target(isCompared, collections, fault, refusal is null ? [] : [refusal])];
        var target = (await _gateway.Send("GET", "/sync")).Json.GetProperty("targets")[0];
        Assert.Equal(state, target.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Everything_that_is_known_is_told_and_the_rest_is_null()
    {
        _gateway.Status.Targets = [Target(true, 3, "away \"now\"", ["ahead"])];
        var target = (await _gateway.Send("GET", "/sync")).Json.GetProperty("targets")[0];
        Assert.Equal("""{"collections":3,"entries":30,"bytes":300,"oldest":"2026-11-24T15:30:00.0000000Z","estimated_finish":null}""", target.GetProperty("waiting").GetRawText());
        Assert.Equal("""{"message":"away \"now\"","timestamp":"2026-11-24T15:30:00.0000000Z"}""", target.GetProperty("last_error").GetRawText());
        Assert.Equal("""["ahead"]""", target.GetProperty("refused").GetRawText());
        Assert.Equal(JsonValueKind.Null, target.GetProperty("last_success").ValueKind);
        Assert.Equal(("site", "d1"), (target.GetProperty("name").GetString(), target.GetProperty("device").GetString()));
    }

    [Theory]
    [InlineData("/api/v1/devices")]
    [InlineData("/api/v1/devices/d/kv/n/c/k")]
    public async Task Without_a_site_to_read_there_are_no_devices(string path)
    {
        var answer = await _gateway.Send("GET", path);
        Assert.Equal((404, "NOT_FOUND"), (answer.Status, answer.Json.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("/api/v1/devices/")]
    [InlineData("/api/v1/devicesX")]
    [InlineData("/api/v1/devices//kv/n/c/k")]
    [InlineData("/api/v1/devices/d")]
    [InlineData("/api/v1/devices/d/kv")]
    [InlineData("/api/v1/devices/d/kv/")]
    [InlineData("/api/v1/devices/d/kv/batch")]
    [InlineData("/api/v1/devices/d/kv/n/c")]
    [InlineData("/api/v1/devices/d/kv/n/c/k/l")]
    public async Task Other_paths_below_devices_are_no_routes(string path)
    {
        var answer = await _gateway.Send("GET", path);
        Assert.Equal(404, answer.Status);
        Assert.Equal("there is no such route", answer.Message);
    }

    [Fact]
    public async Task Devices_are_read_only()
    {
        var answer = await _gateway.Send("POST", "/api/v1/devices/d/kv/n/c/k", """{"value":1}""");
        Assert.Equal(405, answer.Status);
    }

    private static SyncTarget Target(bool isCompared, int collections, string? fault, string[] refusals) => new()
    {
        Name = "site",
        Device = "d1",
        IsCompared = isCompared,
        Collections = collections,
        Entries = collections * 10,
        Bytes = collections * 100,
        OldestAt = Time,
        EstimatedFinish = null,
        LastSuccess = null,
        LastError = fault is null ? null : (fault, Time),
        Fault = fault,
        Refusals = refusals,
    };
}
