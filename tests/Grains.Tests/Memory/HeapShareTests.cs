using EdgeOrleans.Grains.Memory;
using Microsoft.Extensions.Time.Testing;

namespace EdgeOrleans.Grains.Tests.Memory;

public sealed class HeapShareTests
{
    private const long Heap = 1_000_000;
    private const long Share = Heap / 2;

    private readonly FakeTimeProvider _clock = new();
    private readonly HeapShare _heap;
    private long _others;
    private long _held;
    private long _garbage;

    public HeapShareTests() => _heap = new HeapShare(
        Heap,
        isCollected =>
        {
            _garbage = isCollected ? 0 : _garbage;
            return _others + _held + _garbage;
        },
        _clock);

    [Fact]
    public void Garbage_is_no_reason_to_give_collections_less()
    {
        (_others, _held, _garbage) = (100_000, 450_000, 400_000);
        Look();

        Assert.Equal(0, _garbage);
        Assert.True(_heap.Bytes >= Share);
    }

    [Fact]
    public void What_others_hold_is_taken_from_all_but_a_quarter_of_the_heap()
    {
        (_others, _held) = (400_000, 450_000);
        Look();

        Assert.Equal(350_000, _heap.Bytes);
    }

    [Fact]
    public void No_more_is_kept_free_of_a_large_heap_than_of_one_of_256_MiB()
    {
        const long GiB = 1024 * 1024 * 1024;
        var heap = new HeapShare(GiB, static _ => GiB - 1, _clock);
        heap.Look(GiB / 2, static () => GiB / 2);

        Assert.Equal((GiB / 2) - (GiB / 16) + 1, heap.Bytes);
    }

    [Fact]
    public async Task Collections_leave_when_writes_make_them_grow_and_the_heap_has_less_than_their_share()
    {
        var residents = new ResidentCollections(Share, _clock, _heap);
        var (left, used) = (new TaskCompletionSource(), residents.Enter(static () => { }));
        residents.Enter(left.SetResult).Hold(100_000);
        used.Use();
        (_others, _held) = (600_000, 200_000);

        used.Hold(100_000);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Garbage_is_collected_once_a_second_at_most_and_not_at_all_while_there_is_little()
    {
        (_others, _held, _garbage) = (100_000, 450_000, 100_000);
        Look();
        Assert.Equal(100_000, _garbage);

        _garbage = 300_000;
        Look();
        Assert.Equal(0, _garbage);

        _garbage = 300_000;
        Look();
        Assert.Equal(300_000, _garbage);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Look();
        Assert.Equal(0, _garbage);
    }

    [Fact]
    public void Collections_get_their_share_again_when_others_hold_less()
    {
        (_others, _held) = (400_000, 450_000);
        Look();
        (_others, _held) = (100_000, 350_000);
        Look();
        Assert.Equal(350_000, _heap.Bytes);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Look();
        Assert.Equal(650_000, _heap.Bytes);
    }

    [Fact]
    public void An_eighth_of_the_heap_is_theirs_whatever_others_hold()
    {
        (_others, _held) = (900_000, 50_000);
        Look();

        Assert.Equal(Heap / 8, _heap.Bytes);
    }

    private void Look() => _heap.Look(Share, () => _held);
}
