using System.Text;
using CsCheck;
using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Tests.Entries;

public sealed class CollectionEntriesTests
{
    private static readonly Gen<Step> AnyStep = Gen.Frequency<Step>(
        (50, Gen.Select(Gen.Int[0, 12], Gen.Int[0, 30], (key, length) => (Step)new Set(key, length))),
        (20, Gen.Int[0, 12].Select(key => (Step)new Delete(key))),
        (4, Gen.Int[0, 6].Select(back => (Step)new ClearAll(back))),
        (20, Gen.Const((Step)new Accept())),
        (5, Gen.Const((Step)new TakeBack())),
        (20, Gen.Int[0, 3].Select(lag => (Step)new Settle(lag))),
        (1, Gen.Const((Step)new Drop())),
        (3, Gen.Const((Step)new Freeze())));

    private abstract record Step;
    private sealed record Set(int Key, int Length) : Step;
    private sealed record Delete(int Key) : Step;
    private sealed record ClearAll(int Back) : Step;
    private sealed record Accept : Step;
    private sealed record TakeBack : Step;
    private sealed record Settle(int Lag) : Step;
    private sealed record Drop : Step;
    private sealed record Freeze : Step;

    [Fact]
    public void Entries_under_random_steps_equal_a_list_of_changes_applied_to_a_dictionary() =>
        AnyStep.Array[0, 300].Sample(steps => new Play().Run(steps), iter: 400, seed: "0000KOIPRSTC");

    [Fact]
    public void Pending_value_is_not_read_listed_or_counted_until_it_is_durable()
    {
        var entries = new CollectionEntries();
        entries.Stage(StoredEntry.Create("k"u8, "1"u8, 1, 10, 0), 0);
        entries.Accept(5);
        entries.Settle(4);
        Assert.False(entries.TryGet("k"u8, out _));
        Assert.Equal(0, entries.Count);
        Assert.Equal(0, entries.Freeze().Sequence);
        Assert.True(entries.TryGetNewest("k"u8, out _, out var position));
        Assert.Equal(5, position);

        entries.Settle(5);
        Assert.True(entries.TryGet("k"u8, out _));
        Assert.Equal(1, entries.Freeze().Sequence);
        Assert.True(entries.TryGetNewest("k"u8, out _, out position));
        Assert.Equal(0, position);
    }

    [Fact]
    public void Change_with_a_sequence_that_does_not_follow_is_refused()
    {
        var entries = new CollectionEntries();
        Assert.Throws<ArgumentException>(() => entries.Stage(StoredEntry.Create("k"u8, "1"u8, 2, 10, 0), 0));
    }

    [Fact]
    public void Tombstones_beyond_the_limit_raise_the_floor()
    {
        var entries = new CollectionEntries();
        for (var i = 1; i <= CollectionEntries.TombstoneLimit; i++)
        {
            entries.Replay(StoredEntry.CreateTombstone("k"u8, i, i));
        }

        Assert.Equal(0, entries.TombstoneFloor);
        entries.Replay(StoredEntry.CreateTombstone("k"u8, CollectionEntries.TombstoneLimit + 1, 1));
        Assert.Equal(1, entries.TombstoneFloor);
        Assert.Equal(2, entries.Freeze().Tombstones[0].Sequence);
    }

    [Fact]
    public void Replay_passes_over_what_is_already_there()
    {
        var entries = new CollectionEntries();
        entries.Restore(StoredEntry.Create("k"u8, "1"u8, 5, 50, 0));
        entries.Restored(5, 50, [], 0);
        entries.Replay(StoredEntry.CreateTombstone("k"u8, 4, 40));
        entries.Replay(StoredEntry.CreateTombstone("k"u8, 5, 50));
        Assert.True(entries.TryGet("k"u8, out _));
        entries.Replay(StoredEntry.CreateTombstone("k"u8, 6, 60));
        Assert.False(entries.TryGet("k"u8, out _));
        Assert.Equal((6, 60), (entries.Sequence, entries.LastVersion));
    }

    [Fact]
    public void Listing_pages_by_prefix_offset_and_last_key()
    {
        var entries = new CollectionEntries();
        string[] keys = ["a", "b", "b/1", "b/2", "b/3", "bb", "c", "é", "\uFFFD", "\uD83D\uDE00"];
        foreach (var key in keys.Reverse())
        {
            entries.Restore(StoredEntry.Create(Encoding.UTF8.GetBytes(key), "1"u8, 1, 1, 0));
        }

        AssertPage(keys, 10, List(100, 0, "", ""));
        AssertPage(["b/1", "b/2", "b/3"], 3, List(100, 0, "b/", ""));
        AssertPage(["b/2"], 3, List(1, 1, "b/", ""));
        AssertPage(["b/2", "b/3"], 3, List(100, 0, "b/", "b/1"));
        AssertPage(["b/2", "b/3"], 3, List(100, 0, "b/", "b/11"));
        AssertPage([], 3, List(100, 0, "b/", "c"));
        AssertPage([], 10, List(100, int.MaxValue, "", ""));
        AssertPage([], 0, List(100, 0, "x", ""));
        AssertPage(["é"], 1, List(100, 0, "é", ""));

        static void AssertPage(string[] expected, int expectedTotal, (string[] Keys, int Total) page)
        {
            Assert.Equal(expected, page.Keys);
            Assert.Equal(expectedTotal, page.Total);
        }

        (string[], int) List(int limit, int offset, string prefix, string after)
        {
            var page = entries.List(limit, offset, Encoding.UTF8.GetBytes(prefix), Encoding.UTF8.GetBytes(after), out var total);
            return (page.Select(e => Encoding.UTF8.GetString(e.Key)).ToArray(), total);
        }
    }

    /// <summary>The model: all changes in order, each with a position; any state is computed from the start.</summary>
    private sealed class Play
    {
        private readonly CollectionEntries _entries = new();
        private readonly List<(StoredEntry Change, long Position)> _changes = [];
        private readonly List<(CollectionSnapshot Snapshot, string Content)> _snapshots = [];
        private long _position = 1;
        private long _durable;
        private long _sequence;
        private long _version;
        private (long Sequence, long Version) _accepted;

        public void Run(Step[] steps)
        {
            foreach (var step in steps)
            {
                Do(step);
                Compare();
            }

            Assert.All(_snapshots, s => Assert.Equal(s.Content, Show(s.Snapshot.Entries())));
        }

        private void Do(Step step)
        {
            switch (step)
            {
                case Set set:
                    Stage(StoredEntry.Create(Key(set.Key), new byte[set.Length], _sequence + 1, _entries.NextVersion(_version - 2), 0));
                    break;
                case Delete delete when _entries.TryGetNewest(Key(delete.Key), out _, out _):
                    Stage(StoredEntry.CreateTombstone(Key(delete.Key), _sequence + 1, _entries.NextVersion(0)));
                    break;
                case ClearAll clear when !_changes.Exists(c => c.Position == long.MaxValue):
                    var bound = Math.Max(0, _entries.LastVersion + 1 - clear.Back);
                    Assert.Equal(Newest(long.MaxValue).Values.All(e => e.Version > bound), _entries.ClearsNothing(bound));
                    _entries.StageClear(bound);
                    Add(StoredEntry.CreateTombstone([], _sequence + 1, bound));
                    AcceptStaged();
                    break;
                case Accept:
                    AcceptStaged();
                    break;
                case TakeBack:
                    _entries.TakeBack();
                    _changes.RemoveAll(c => c.Position == long.MaxValue);
                    (_sequence, _version) = _accepted;
                    break;
                case Settle settle:
                    _durable = Math.Max(_durable, _position - 1 - settle.Lag);
                    _entries.Settle(_durable);
                    break;
                case Drop when !_changes.Exists(c => c.Position == long.MaxValue):
                    _entries.DropPending();
                    _changes.RemoveAll(c => c.Position > _durable);
                    break;
                case Freeze:
                    var snapshot = _entries.Freeze();
                    _snapshots.Add((snapshot, Show(snapshot.Entries())));
                    break;
            }
        }

        private void AcceptStaged()
        {
            _entries.Accept(_position);
            for (var i = 0; i < _changes.Count; i++)
            {
                _changes[i] = _changes[i] with { Position = Math.Min(_changes[i].Position, _position) };
            }

            _position += _changes.Count % 2;
            _accepted = (_sequence, _version);
        }

        private void Stage(StoredEntry change)
        {
            var replaced = _entries.TryGetNewest(change.Key, out var entry, out _) ? entry.Bytes : 0;
            _entries.Stage(change, replaced);
            Add(change);
        }

        private void Add(StoredEntry change)
        {
            _changes.Add((change, long.MaxValue));
            _sequence = change.Sequence;
            _version = Math.Max(_version, change.Version);
        }

        private void Compare()
        {
            var settled = Newest(_durable);
            var newest = Newest(long.MaxValue);
            Assert.Equal(Show(settled.Values), Show(_entries.Freeze().Entries()));
            Assert.Equal(settled.Values.Sum(e => (long)e.Bytes), _entries.Bytes);
            Assert.Equal(newest.Values.Sum(e => (long)e.Bytes), _entries.NewestBytes);
            Assert.Equal((_sequence, _version), (_entries.Sequence, _entries.LastVersion));
            Assert.Equal(_changes.Exists(c => c.Position > _durable), _entries.HasPending);
            for (var i = 0; i <= 12; i++)
            {
                var exists = newest.TryGetValue(Convert.ToHexString(Key(i)), out var expected);
                Assert.Equal(exists, _entries.TryGetNewest(Key(i), out var found, out var position));
                Assert.Equal(exists ? expected.Version : 0, exists ? found.Version : 0);
                var isSettledTo = settled.TryGetValue(Convert.ToHexString(Key(i)), out var durable);
                if (isSettledTo != exists || (exists && durable.Version != expected.Version))
                {
                    Assert.True(position > _durable, "a state that is not durable must name its position");
                }
            }
        }

        private SortedDictionary<string, StoredEntry> Newest(long through)
        {
            var state = new SortedDictionary<string, StoredEntry>(StringComparer.Ordinal);
            foreach (var (change, _) in _changes.Where(c => c.Position <= through))
            {
                var key = Convert.ToHexString(change.Key);
                if (!change.IsTombstone)
                {
                    state[key] = change;
                }
                else if (!change.Key.IsEmpty)
                {
                    state.Remove(key);
                }
                else
                {
                    foreach (var gone in state.Where(e => e.Value.Version <= change.Version).ToList())
                    {
                        state.Remove(gone.Key);
                    }
                }
            }

            return state;
        }

        private static byte[] Key(int key) => Encoding.UTF8.GetBytes($"k{key}");

        private static string Show(IEnumerable<StoredEntry> entries) =>
            string.Join(';', entries.Select(e => $"{Convert.ToHexString(e.Key)}={e.Version}/{e.Sequence}"));
    }
}
