using EdgeOrleans.Grains.Memory;
using Microsoft.Extensions.Time.Testing;

namespace EdgeOrleans.Grains.Tests.Memory;

public sealed class ResidentCollectionsTests
{
    private const long Limit = 1_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly FakeTimeProvider _stopped = new();
    private ResidentCollections _residents = new(Limit, TimeProvider.System);
    private readonly List<string> _left = [];

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Least_recently_used_leave_first_and_no_more_than_needed()
    {
        var collections = Enumerable.Range(0, 5).Select(i => Enter($"{i}", 150_000)).ToArray();
        await UseInOrder(collections[1], collections[0], collections[2], collections[4], collections[3]);

        Enter("new", 400_000).Use();

        await Until(() => _residents.Bytes <= Limit);
        Assert.Equal(["1", "0"], _left);
    }

    [Fact]
    public async Task What_no_client_has_used_leaves_before_what_one_has()
    {
        var used = Enter("used", 600_000);
        used.Use();
        Enter("loaded to be saved", 300_000);

        used.Hold(800_000);

        await Until(() => _residents.Bytes <= Limit);
        Assert.Equal(["loaded to be saved"], _left);
    }

    [Fact]
    public async Task Most_recently_used_stays_however_large_it_is()
    {
        var only = Enter("only", 100_000);
        only.Use();
        only.Hold(3 * Limit);

        await Task.Delay(Patience, None);
        Assert.Empty(_left);
    }

    [Fact]
    public async Task Load_takes_room_only_when_others_have_really_gone()
    {
        ResidentCollection? slow = null;
        slow = _residents.Enter(() => _left.Add("slow"));
        slow.Hold(900_000);
        var loaded = Enter("loaded", ResidentCollections.ActivationBytes);

        var room = loaded.TakeRoom(500_000, TimeSpan.FromSeconds(30), None);
        await Until(() => _left.Count == 1);
        Assert.False(room.IsCompleted);
        Assert.Equal(ResidentCollections.ActivationBytes, loaded.Bytes);

        slow.Leave();
        Assert.True(await room);
        Assert.Equal(500_000, loaded.Bytes);
    }

    [Fact]
    public async Task Load_goes_on_when_another_load_needs_less_than_it_was_promised()
    {
        var first = _residents.Enter(static () => { });
        Assert.True(await first.TakeRoom(900_000, Patience, None));
        var room = Enter("second", ResidentCollections.ActivationBytes).TakeRoom(500_000, TimeSpan.FromSeconds(30), None);
        await Task.Delay(Patience, None);
        Assert.False(room.IsCompleted);

        first.Hold(300_000);

        Assert.True(await room);
    }

    [Fact]
    public async Task Who_was_asked_to_leave_and_waits_for_room_himself_is_not_waited_for()
    {
        _residents = new(Limit, _stopped);
        var staying = _residents.Enter(leave: null);
        staying.Hold(Limit - 500_000);
        var other = Enter("other", 100_000);
        other.Use();

        // Asked before it has anything, and in line before it can go.
        var asked = _residents.Enter(static () => { });
        _residents.AskToLeave(1);
        var first = _residents.Enter(static () => { });
        var room = first.TakeRoom(400_000 - ResidentCollections.ActivationBytes + 1, Patience, None);
        var behind = asked.TakeRoom(7_000, TimeSpan.FromSeconds(30), None);

        Assert.True(await room.WaitAsync(TimeSpan.FromSeconds(30), None));
        Assert.True(await behind);
        Assert.Equal(["other"], _left);
    }

    [Fact]
    public async Task Who_was_asked_and_does_not_go_is_not_counted_on_for_long()
    {
        var kept = _residents.Enter(static () => { });
        kept.Hold(600_000);
        var other = Enter("other", 300_000);
        other.Use();
        var loaded = _residents.Enter(static () => { });

        Assert.True(await loaded.TakeRoom(400_000, TimeSpan.FromSeconds(30), None));
        Assert.Equal(["other"], _left);
    }

    [Fact]
    public async Task Who_waits_behind_one_that_gives_up_is_served_then()
    {
        _residents = new(Limit, _stopped);
        _residents.Enter(static () => { }).Hold(900_000);
        var first = _residents.Enter(static () => { }).TakeRoom(500_000, Patience, None);
        var behind = _residents.Enter(static () => { }).TakeRoom(20_000, TimeSpan.FromSeconds(30), None);
        Assert.False(behind.IsCompleted);

        _stopped.Advance(Patience);
        Assert.False(await first);
        Assert.True(await behind.WaitAsync(TimeSpan.FromSeconds(30), None));
    }

    [Fact]
    public async Task What_never_leaves_does_not_stand_in_line()
    {
        _residents.Enter(static () => { }).Hold(900_000);
        var waiting = _residents.Enter(static () => { }).TakeRoom(500_000, Patience, None);

        // What is to leave may be waiting for the catalog's own collection.
        var catalog = _residents.Enter(leave: null);
        Assert.True(catalog.TakeRoom(200_000, TimeSpan.FromSeconds(30), None).IsCompletedSuccessfully);
        Assert.Equal(200_000, catalog.Bytes);
        Assert.False(await waiting);
    }

    [Fact]
    public async Task Load_is_refused_when_nobody_goes_in_time()
    {
        _residents.Enter(static () => { }).Hold(900_000);
        var loaded = Enter("loaded", ResidentCollections.ActivationBytes);

        Assert.False(await loaded.TakeRoom(500_000, Patience, None));
        Assert.Equal(ResidentCollections.ActivationBytes, loaded.Bytes);
    }

    [Fact]
    public async Task Collection_whose_load_was_refused_can_be_asked_to_leave_later()
    {
        var other = _residents.Enter(static () => { });
        other.Hold(900_000);
        var refused = Enter("refused", ResidentCollections.ActivationBytes);
        Assert.False(await refused.TakeRoom(500_000, Patience, None));

        // More than the other one, which was asked already, can give.
        var large = Enter("large", ResidentCollections.ActivationBytes);
        large.Use();
        large.Hold(3 * Limit);

        await Until(() => _left.Count == 1);
        Assert.Equal(["refused"], _left);
    }

    [Fact]
    public async Task What_is_larger_than_the_whole_share_is_loaded_when_it_is_alone()
    {
        var other = Enter("other", 400_000);
        var loaded = Enter("loaded", ResidentCollections.ActivationBytes);

        Assert.True(await loaded.TakeRoom(2 * Limit, TimeSpan.FromSeconds(30), None));
        Assert.Equal(["other"], _left);
        Assert.Equal(0, other.Bytes);
    }

    [Fact]
    public async Task What_never_leaves_keeps_nothing_larger_than_the_share_from_being_loaded()
    {
        // As the catalog's own collection.
        var catalog = _residents.Enter(leave: null);
        catalog.Hold(ResidentCollections.ActivationBytes + 100);
        catalog.Use();
        var loaded = Enter("loaded", ResidentCollections.ActivationBytes);

        Assert.True(await loaded.TakeRoom(Limit, Patience, None));

        // Nor is it counted among those that go.
        var used = Enter("used", 0);
        used.Use();
        used.Hold(100_000);
        await Until(() => _residents.Bytes <= Limit);
        Assert.Equal(["loaded"], _left);
    }

    [Fact]
    public async Task Loads_at_the_same_time_are_counted_together()
    {
        var loads = Enumerable.Range(0, 8).Select(i => Enter($"{i}", ResidentCollections.ActivationBytes)).ToArray();
        var rooms = await Task.WhenAll(loads.Select(load => load.TakeRoom(400_000, Patience, None)));

        // Who has been served is asked to leave for the others, and what has left holds nothing even if it is given room after that.
        Assert.Contains(true, rooms);
        Assert.InRange(_residents.Bytes, 400_000, Limit);
    }

    [Fact]
    public async Task Loads_that_wait_get_their_room_in_the_order_in_which_they_came()
    {
        var full = _residents.Enter(leave: null);
        full.Hold(900_000);
        _residents.Enter(static () => { }).Hold(ResidentCollections.ActivationBytes + 1);
        var served = new List<int>();
        var loads = Enumerable.Range(0, 20).Select(Load).ToArray();
        full.Hold(200_000);
        await Task.WhenAll(loads);
        Assert.Equal(Enumerable.Range(0, 20), served);

        async Task Load(int i)
        {
            var resident = _residents.Enter(static () => { });
            Assert.True(await resident.TakeRoom(500_000, TimeSpan.FromSeconds(30), None));
            served.Add(i);
            await Task.Yield();
            resident.Leave();
        }
    }

    private ResidentCollection Enter(string name, long bytes)
    {
        ResidentCollection? resident = null;
        resident = _residents.Enter(() =>
        {
            lock (_left)
            {
                _left.Add(name);
            }

            // As an activation: later, and from another thread.
            Task.Run(() => resident!.Leave(), None);
        });
        resident.Hold(bytes);
        return resident;
    }

    private static async Task UseInOrder(params ResidentCollection[] collections)
    {
        foreach (var collection in collections)
        {
            var before = Environment.TickCount64;
            collection.Use();
            while (Environment.TickCount64 == before)
            {
                await Task.Delay(1, None);
            }
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(None);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
