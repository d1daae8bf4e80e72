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
    public async Task Member_that_is_cut_off_from_its_cluster_answers_for_no_data_and_still_tells_how_it_is()
    {
        await _gateway.Send("POST", "/api/v1/kv/n/c/k", "{\"value\":1}");
        _gateway.Status.Isolation = "nobody was heard for 7 s";
        foreach (var (method, target, body) in new (string, string, string?)[]
        {
            ("GET", "/api/v1/kv/n/c/k", null), ("POST", "/api/v1/kv/n/c/k", "{\"value\":2}"), ("GET", "/api/v1/kv/n/c", null),
            ("POST", "/api/v1/kv/batch", "{\"operations\":[]}"), ("GET", "/api/v1/namespaces", null), ("DELETE", "/api/v1/namespaces/n", null),
        })
        {
            var refused = await _gateway.Send(method, target, body);
            Assert.Equal((503, "UNAVAILABLE", "nobody was heard for 7 s"), (refused.Status, refused.Code, refused.Message));
            Assert.True(refused.Headers.ContainsKey("Retry-After"));
        }

        foreach (var target in new[] { "/", "/health", "/health/live", "/health/ready", "/metrics" })
        {
            Assert.Equal(200, (await _gateway.Send("GET", target)).Status);
        }

        _gateway.Status.Isolation = null;
        Assert.Equal("1", (await _gateway.Send("GET", "/api/v1/kv/n/c/k")).Json.GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task Member_in_doubt_has_every_read_of_a_key_confirmed()
    {
        await _gateway.Send("POST", "/api/v1/kv/n/doubt/k", "{\"value\":1}");
        _gateway.Status.IsInDoubt = true;

        Assert.Equal(200, (await _gateway.Send("GET", "/api/v1/kv/n/doubt/k")).Status);
        Assert.Equal(1, _gateway.Store.StrongReads.Count(static key => key == "n/doubt"));
        _gateway.Status.IsInDoubt = false;
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

    [Fact]
    public async Task Ready_is_503_with_the_reason_of_the_check_that_fails()
    {
        var since = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        _gateway.Status.Checks = [new("recovered", null, since), new("journal", "the card has no room", since.AddMinutes(1))];

        var ready = await _gateway.Send("GET", "/health/ready");

        Assert.Equal((503, "unready"), (ready.Status, ready.Json.GetProperty("status").GetString()));
        var checks = ready.Json.GetProperty("checks").EnumerateArray().ToArray();
        Assert.Equal(("recovered", "pass"), (checks[0].GetProperty("name").GetString(), checks[0].GetProperty("status").GetString()));
        Assert.Equal(("fail", "the card has no room"), (checks[1].GetProperty("status").GetString(), checks[1].GetProperty("reason").GetString()));
        Assert.Equal(since.AddMinutes(1), checks[1].GetProperty("since").GetDateTimeOffset());

        _gateway.Status.Checks = [new("recovered", null, since)];
        Assert.Equal(200, (await _gateway.Send("GET", "/health/ready")).Status);
    }

    [Fact]
    public async Task Recovery_tells_what_was_found_with_collections_and_keys()
    {
        _gateway.Status.Recovery = _gateway.Status.Recovery with
        {
            TornTail = "an unfinished frame",
            Damage = [new("bytes 4096 to 8191", 7, 8, ["shop/users"], ["shop/users/u1"], "quarantine-1.bin")],
            ClockFloor = DateTimeOffset.UnixEpoch.AddDays(20_000),
            IsClockAtFloor = true,
            Steps = [new("read the journal", TimeSpan.FromMilliseconds(12.5))],
        };

        var recovery = await _gateway.Send("GET", "/recovery");

        Assert.Equal(200, recovery.Status);
        Assert.Equal("an unfinished frame", recovery.Json.GetProperty("torn_tail").GetString());
        var damage = recovery.Json.GetProperty("damage")[0];
        Assert.Equal("""["shop/users"]""", damage.GetProperty("collections").GetRawText());
        Assert.Equal("""["shop/users/u1"]""", damage.GetProperty("keys").GetRawText());
        Assert.True(recovery.Json.GetProperty("clock_began_at_floor").GetBoolean());
        Assert.Equal(12.5, recovery.Json.GetProperty("steps")[0].GetProperty("milliseconds").GetDouble());
    }

    [Fact]
    public async Task Metrics_are_text_for_Prometheus()
    {
        using var answer = await _gateway.Http.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("up 1\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
