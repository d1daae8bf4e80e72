using System.Diagnostics.Metrics;
using EdgeOrleans.Silo.Cluster;
using Microsoft.Extensions.Time.Testing;

namespace EdgeOrleans.Silo.Tests.Cluster;

public sealed class MembershipWatchTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly MembershipWatch _watch;

    public MembershipWatchTests() => _watch = new MembershipWatch(_time, _stopping.Token);

    public void Dispose()
    {
        _watch.Dispose();
        _stopping.Dispose();
    }

    [Fact]
    public void Member_that_has_heard_nothing_for_longer_than_it_is_waited_for_is_isolated_until_it_reads_the_table()
    {
        Read(hasOwnEntry: true);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(_watch.Isolation);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("7 s", _watch.Isolation, StringComparison.Ordinal);
        Assert.Equal(_watch.Isolation, _watch.Fault);
        Read(hasOwnEntry: true);
        Assert.Null(_watch.Isolation);
    }

    [Fact]
    public async Task Table_that_was_not_read_is_read_until_it_answers()
    {
        var (tries, isThere) = (0, false);
        Read(hasOwnEntry: true);
        using var reader = new TableReader(Answer, _watch, _time);
        await reader.StartAsync(TestContext.Current.CancellationToken);
        await Pass(() => tries > 2 && _watch.IsInDoubt);
        Volatile.Write(ref isThere, true);
        await Pass(() => !_watch.IsInDoubt);
        await reader.StopAsync(TestContext.Current.CancellationToken);

        Task Answer(CancellationToken ct)
        {
            tries++;
            if (!Volatile.Read(ref isThere))
            {
                return Task.FromException(new IOException("away"));
            }

            Read(hasOwnEntry: true);
            return Task.CompletedTask;
        }
    }

    /// <summary>Lets time pass until a condition holds; what waits for time goes on in threads of its own.</summary>
    private async Task Pass(Func<bool> until)
    {
        for (var second = 0; !until(); second++)
        {
            Assert.True(second < 2_000, "it does not come to be");
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Probe_of_another_member_is_as_good_as_the_table()
    {
        using var orleans = new Meter("Microsoft.Orleans");
        var probes = orleans.CreateCounter<int>("orleans-messaging-pings-received");
        Read(hasOwnEntry: true);
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            probes.Add(1, new KeyValuePair<string, object?>("silo", "other"));
        }

        Assert.Null(_watch.Isolation);
    }

    [Fact]
    public void Probe_that_is_seen_after_the_limit_may_be_old_and_the_table_alone_ends_the_isolation()
    {
        using var orleans = new Meter("Microsoft.Orleans");
        var probes = orleans.CreateCounter<int>("orleans-messaging-pings-received");
        Read(hasOwnEntry: true);
        var askedAt = _watch.Moment;
        _time.Advance(TimeSpan.FromSeconds(15));
        probes.Add(1);
        Assert.NotNull(_watch.Isolation);
        _watch.TableRead(askedAt, hasOwnEntry: true);
        Assert.NotNull(_watch.Isolation);
        Read(hasOwnEntry: true);
        Assert.Null(_watch.Isolation);
    }

    [Fact]
    public void Members_that_hear_each_other_and_not_the_table_are_in_doubt_until_they_read_it()
    {
        using var orleans = new Meter("Microsoft.Orleans");
        var probes = orleans.CreateCounter<int>("orleans-messaging-pings-received");
        Assert.False(_watch.IsInDoubt);
        Read(hasOwnEntry: true);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.False(_watch.IsInDoubt);
            probes.Add(1);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_watch.IsInDoubt);
        Assert.Null(_watch.Isolation);
        Read(hasOwnEntry: true);
        Assert.False(_watch.IsInDoubt);
    }

    [Fact]
    public void Silo_that_nobody_can_know_of_yet_is_not_isolated()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_watch.Isolation);
    }

    [Fact]
    public void Entry_that_is_gone_twice_was_forgotten()
    {
        Read(hasOwnEntry: true);
        Read(hasOwnEntry: false);
        Read(hasOwnEntry: true);
        Read(hasOwnEntry: false);
        Assert.False(_watch.Forgotten.IsCompleted);
        Read(hasOwnEntry: false);
        Assert.True(_watch.Forgotten.IsCompleted);
    }

    [Fact]
    public void Entry_that_was_never_made_was_not_forgotten()
    {
        for (var i = 0; i < 5; i++)
        {
            Read(hasOwnEntry: false);
        }

        Assert.False(_watch.Forgotten.IsCompleted);
    }

    [Fact]
    public async Task Member_that_was_asked_to_stop_is_not_ready_and_still_answers()
    {
        Read(hasOwnEntry: true);
        await _stopping.CancelAsync();
        Assert.NotNull(_watch.Fault);
        Assert.Null(_watch.Isolation);
    }

    private void Read(bool hasOwnEntry) => _watch.TableRead(_watch.Moment, hasOwnEntry);
}
