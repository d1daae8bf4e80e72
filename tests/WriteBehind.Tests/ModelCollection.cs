using System.Text;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>What a collection holds, kept in the plainest way: the oracle of these tests.</summary>
internal sealed class ModelCollection
{
    private readonly SortedDictionary<byte[], StoredEntry> _entries = new(ByBytes.Instance);
    private readonly SortedDictionary<long, StoredEntry> _tombstones = [];

    public int MaxTombstones { get; init; } = 1000;

    public long Sequence { get; private set; }

    public long LastVersion { get; private set; }

    public long TombstoneFloor { get; private set; }

    /// <summary>What the last change made: an entry, a tombstone, or neither for a clear.</summary>
    public StoredEntry LastChange { get; private set; }

    public void Set(string key, string value, long expiry = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        Next();
        LastChange = _entries[bytes] = StoredEntry.Create(bytes, Encoding.UTF8.GetBytes(value), Sequence, LastVersion, expiry);
    }

    public void Delete(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        if (!_entries.Remove(bytes))
        {
            return;
        }

        Next();
        LastChange = StoredEntry.CreateTombstone(bytes, Sequence, LastVersion);
        _tombstones.Add(Sequence, LastChange);
        while (_tombstones.Count > MaxTombstones)
        {
            TombstoneFloor = _tombstones.Keys.First();
            _tombstones.Remove(TombstoneFloor);
        }
    }

    public void Clear()
    {
        _entries.Clear();
        _tombstones.Clear();
        Next();
        LastChange = default;
        TombstoneFloor = Sequence;
    }

    public ModelCollection Copy()
    {
        var copy = new ModelCollection
        {
            MaxTombstones = MaxTombstones, Sequence = Sequence, LastVersion = LastVersion, TombstoneFloor = TombstoneFloor, LastChange = LastChange,
        };
        foreach (var (key, entry) in _entries)
        {
            copy._entries.Add(key, entry);
        }

        foreach (var (sequence, tombstone) in _tombstones)
        {
            copy._tombstones.Add(sequence, tombstone);
        }

        return copy;
    }

    public CollectionSnapshot Snapshot()
    {
        var items = _entries.Values.ToArray();
        EntryLeaf[] leaves =
        [
            .. items.Chunk(100).Select(chunk => new EntryLeaf { Items = chunk, Count = chunk.Length, MaxSequence = chunk.Max(e => e.Sequence) }),
        ];
        return new CollectionSnapshot(leaves, [.. _tombstones.Values])
        {
            Sequence = Sequence,
            LastVersion = LastVersion,
            Count = items.Length,
            Bytes = items.Sum(e => (long)e.Bytes),
            TombstoneFloor = TombstoneFloor,
        };
    }

    /// <summary>One random change; keys are few so that they are overwritten, deleted and set again.</summary>
    public void Change(Random random, int keys = 40)
    {
        var key = $"k{random.Next(keys)}é";
        switch (random.Next(10))
        {
            case < 6:
                Set(key, $$"""{"n":{{random.NextInt64()}},"pad":"{{new string('x', random.Next(40))}}"}""", random.Next(3) == 0 ? 77 : 0);
                break;
            case < 9:
                Delete(key);
                break;
            default:
                if (random.Next(8) == 0)
                {
                    Clear();
                }

                break;
        }
    }

    /// <summary>A line for each entry, to compare with.</summary>
    public static string[] Lines(IEnumerable<StoredEntry> entries) =>
    [
        .. entries.Select(e =>
            $"{Encoding.UTF8.GetString(e.Key)} = {Encoding.UTF8.GetString(e.Value.Span)} #{e.Sequence} v{e.Version} e{e.ExpiresAtMicros} {e.IsTombstone}"),
    ];

    /// <summary>Fails unless what was loaded is what the snapshot held, tombstones and totals included.</summary>
    public static void AssertEqual(CollectionSnapshot expected, LoadedCollection loaded)
    {
        Assert.Equal(Lines(expected.Entries()), Lines(loaded.Entries));
        Assert.Equal(expected.Sequence, loaded.Outline.Sequence);
        Assert.Equal(expected.LastVersion, loaded.Outline.LastVersion);
        Assert.Equal(expected.TombstoneFloor, loaded.Outline.TombstoneFloor);
        Assert.Equal(expected.Count, loaded.Outline.Count);
        Assert.Equal(expected.Bytes, loaded.Outline.Bytes);
        var live = expected.Entries().Select(e => Convert.ToHexString(e.Key)).ToHashSet();
        Assert.Equal(
            Lines(expected.Tombstones.Where(t => !live.Contains(Convert.ToHexString(t.Key)) && t.Sequence > expected.TombstoneFloor)
                .GroupBy(t => Convert.ToHexString(t.Key)).Select(g => g.Last()).OrderBy(t => t.Sequence)),
            Lines(loaded.Tombstones));
    }

    private void Next()
    {
        Sequence++;
        LastVersion += 10;
    }

    private sealed class ByBytes : IComparer<byte[]>
    {
        public static readonly ByBytes Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
