using EdgeOrleans.Silo.Site;
using Microsoft.Extensions.Time.Testing;

namespace EdgeOrleans.Site.Tests;

public sealed class BandwidthTests
{
    [Fact]
    public async Task What_is_sent_is_paid_for_before_more_is_sent()
    {
        var time = new FakeTimeProvider();
        var bandwidth = new Bandwidth(1000, time);
        await bandwidth.Take(2500, default);
        var second = bandwidth.Take(500, default);
        var third = bandwidth.Take(1, default);
        time.Advance(TimeSpan.FromSeconds(2.4));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await second;
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.5));
        await third;

        // What was not used in a pause is not saved up.
        time.Advance(TimeSpan.FromHours(1));
        await bandwidth.Take(3000, default);
        Assert.False(bandwidth.Take(1, default).IsCompleted);
    }

    [Fact]
    public async Task Without_a_bound_nothing_waits_and_the_rate_is_that_of_the_last_burst()
    {
        var time = new FakeTimeProvider();
        var bandwidth = new Bandwidth(0, time);
        Assert.Null(bandwidth.BytesPerSecond);
        foreach (var bytes in new[] { 10_000, 40_000 })
        {
            time.Advance(TimeSpan.FromMinutes(1));
            for (var i = 0; i < 10; i++)
            {
                await bandwidth.Take(bytes, default);
                time.Advance(TimeSpan.FromSeconds(1));
                bandwidth.Sent(bytes);
            }

            Assert.Equal(bytes, bandwidth.BytesPerSecond);
        }
    }

    [Fact]
    public async Task Few_bytes_tell_no_rate()
    {
        var time = new FakeTimeProvider();
        var bandwidth = new Bandwidth(0, time);
        await bandwidth.Take(300, default);
        time.Advance(TimeSpan.FromSeconds(1.1));
        bandwidth.Sent(300);
        Assert.Null(bandwidth.BytesPerSecond);
    }

    [Fact]
    public async Task Wait_ends_when_the_service_stops()
    {
        var bandwidth = new Bandwidth(1, new FakeTimeProvider());
        await bandwidth.Take(1_000_000, default);
        using var stop = new CancellationTokenSource();
        var waiting = bandwidth.Take(1, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
