namespace EdgeOrleans.Api.Tests;

public sealed class RequestBytesTests
{
    private readonly RequestBytes _bytes = new(1000);

    [Fact]
    public async Task Never_exceeded_and_all_comes_back()
    {
        var tasks = Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 5000; i++)
            {
                var size = 1 + (((i * 7) + thread) % 700);
                if (i % 2 == 0 ? _bytes.TryTake(size) : await _bytes.Take(size, CancellationToken.None))
                {
                    Assert.InRange(_bytes.InFlight, size, 1000);
                    _bytes.Return(size);
                }
                else
                {
                    Assert.True(i % 2 == 0, "who waits is served: none of the others holds on");
                }
            }
        }));
        await Task.WhenAll(tasks);

        Assert.Equal(0, _bytes.InFlight);
        Assert.True(_bytes.TryTake(1000));
        Assert.False(_bytes.TryTake(1));
    }

    [Fact]
    public async Task Who_waits_is_served_in_turn()
    {
        Assert.True(_bytes.TryTake(800));
        var large = _bytes.Take(900, CancellationToken.None).AsTask();
        var small = _bytes.Take(300, CancellationToken.None).AsTask();

        _bytes.Return(600);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);

        _bytes.Return(200);
        Assert.True(await large);
        Assert.False(small.IsCompleted);

        _bytes.Return(900);
        Assert.True(await small);
        Assert.Equal(300, _bytes.InFlight);
    }

    [Fact]
    public async Task Who_gives_up_has_taken_nothing_and_holds_up_nobody()
    {
        Assert.True(_bytes.TryTake(800));
        using var client = new CancellationTokenSource();
        var leaving = _bytes.Take(900, client.Token).AsTask();
        var patient = _bytes.Take(900, CancellationToken.None).AsTask();
        await client.CancelAsync();
        Assert.False(await leaving);

        Assert.False(await patient);
        Assert.Equal(800, _bytes.InFlight);
        Assert.True(await _bytes.Take(200, CancellationToken.None));
    }

    [Fact]
    public async Task Who_waits_behind_one_that_gives_up_is_served_then()
    {
        Assert.True(_bytes.TryTake(800));
        using var client = new CancellationTokenSource();
        var leaving = _bytes.Take(900, client.Token).AsTask();
        var behind = _bytes.Take(300, CancellationToken.None).AsTask();
        _bytes.Return(200);
        Assert.False(behind.IsCompleted);

        await client.CancelAsync();
        Assert.False(await leaving);
        Assert.True(await behind);
    }

    [Fact]
    public void Body_larger_than_the_allowance_is_taken_alone_with_small_ones_beside_it()
    {
        Assert.True(_bytes.TryTake(5000));
        Assert.False(_bytes.TryTake(5000));
        Assert.True(_bytes.TryTake(200));
        _bytes.Return(5000);
        Assert.Equal(200, _bytes.InFlight);
    }

    [Fact]
    public void Body_that_grows_takes_the_difference()
    {
        Assert.True(_bytes.TryTake(400));
        Assert.True(_bytes.TryTake(900, held: 400));
        Assert.False(_bytes.TryTake(1001, held: 1));
        _bytes.Return(900, held: 400);
        Assert.Equal(400, _bytes.InFlight);
    }
}
