namespace EdgeOrleans.Api.Tests;

public sealed class SlowBodyTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Body_that_trickles_is_408_long_before_its_time_is_up()
    {
        await using var connection = await _gateway.Connect();
        await connection.Send("POST /api/v1/kv/trickle/c/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{\"value\":\"");
        var reading = connection.Read();
        while (!reading.IsCompleted)
        {
            await connection.Send("x");
            await Task.WhenAny(reading, Task.Delay(200));
        }

        var answer = await reading;

        Assert.Equal((408, "TIMEOUT", "application/json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
        Assert.Contains("too slowly", answer.Message);
        Assert.DoesNotContain(_gateway.Store.Applied, applied => applied.Collection == "trickle/c");
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\n{\"val")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"val\r\n")]
    public async Task Body_that_stops_is_408_and_gives_its_bytes_back(string framing)
    {
        await using var gateway = await TestGateway.Start(new() { Listen = "http://127.0.0.1:0", BodyTimeoutMs = 500 });
        await using var connection = await gateway.Connect();
        await connection.Send($"POST /api/v1/kv/stopped/c/k HTTP/1.1\r\nHost: localhost\r\n{framing}");

        var answer = await connection.Read();

        Assert.Equal((408, "TIMEOUT"), (answer.Status, answer.Code));
        Assert.Contains("500 ms (Http:BodyTimeoutMs)", answer.Message);
        Assert.Contains("nothing was written", answer.Message);
        await gateway.AssertNothingInFlight();
        Assert.Empty(gateway.Store.Applied);
    }
}
