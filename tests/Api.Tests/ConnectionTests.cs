namespace EdgeOrleans.Api.Tests;

public sealed class ConnectionTests : IAsyncLifetime
{
    private const int MaxConnections = 4;
    private const string Health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync() =>
        _gateway = await TestGateway.Start(new() { Listen = "http://127.0.0.1:0", MaxConnections = MaxConnections });

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Connection_over_the_limit_is_answered_503_and_closed()
    {
        var held = await Fill();
        for (var i = 0; i < 20; i++)
        {
            await using var over = await _gateway.Connect();
            await over.Send(Health);

            var answer = await over.Read();

            Assert.Equal((503, "UNAVAILABLE", "close"), (answer.Status, answer.Code, answer.Headers["Connection"]));
            Assert.True(answer.Headers.ContainsKey("Retry-After"));
            Assert.Contains("Http:MaxConnections", answer.Message);
            Assert.Contains("4", answer.Message);
            Assert.True(await over.IsClosed());
        }

        // Those within the limit are still served, and one that leaves makes room.
        foreach (var connection in held)
        {
            await connection.Send(Live);
            Assert.Equal(200, (await connection.Read()).Status);
        }

        await held[0].DisposeAsync();
        await AssertRoom();
    }

    [Fact]
    public async Task Probe_of_life_is_answered_over_the_limit_too()
    {
        await Fill();
        await using var over = await _gateway.Connect();
        await over.Send(Live);

        Assert.Equal(200, (await over.Read()).Status);
        Assert.True(await over.IsClosed());
    }

    [Fact]
    public async Task Connection_over_the_limit_that_asks_nothing_is_closed()
    {
        await Fill();
        await using var over = await _gateway.Connect();

        Assert.True(await over.IsClosed());
    }

    [Fact]
    public async Task Connections_beyond_all_patience_are_closed_and_the_rest_is_served()
    {
        var held = await Fill();
        List<RawConnection> crowd = [];
        for (var i = 0; i < 300; i++)
        {
            crowd.Add(await _gateway.Connect());
        }

        await using var over = await _gateway.Connect();
        Assert.True(await over.IsClosed());
        await held[1].Send(Live);
        Assert.Equal(200, (await held[1].Read()).Status);
        foreach (var connection in crowd)
        {
            await connection.DisposeAsync();
        }

        await held[0].DisposeAsync();
        await AssertRoom();
    }

    private async Task<List<RawConnection>> Fill()
    {
        List<RawConnection> held = [];
        for (var i = 0; i < MaxConnections; i++)
        {
            held.Add(await _gateway.Connect());
            await held[i].Send(Live);
            Assert.Equal(200, (await held[i].Read()).Status);
        }

        return held;
    }

    /// <summary>The server notices a closed connection a moment later.</summary>
    private async Task AssertRoom()
    {
        for (var i = 0; i < 100; i++)
        {
            await using var connection = await _gateway.Connect();
            await connection.Send(Health);
            if (await connection.TryRead() is { Status: 200 })
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("a connection that was closed still counts");
    }
}
