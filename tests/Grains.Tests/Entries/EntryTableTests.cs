using System.Text;
using CsCheck;
using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Tests.Entries;

public sealed class EntryTableTests
{
    // Few enough keys that they meet again, enough that leaves split and merge; some are prefixes of others.
    private static readonly Gen<string> Key = Gen.Frequency(
        (8, Gen.Int[0, 3000].Select(i => $"key{i:x}")),
        (1, Gen.OneOf(Gen.Const("a"), Gen.Const("aa"), Gen.Const("é"), Gen.Const("€"), Gen.Const("\uD83D\uDE00"), Gen.Const("\uFFFD"))),
        (1, Gen.String[Gen.Char['a', 'c'], 1, 12]));

    private static readonly Gen<Step> AnyStep = Gen.Frequency<Step>(
        (60, Gen.Select(Key, Gen.Int[0, 40], (key, length) => (Step)new Put(key, length))),
        (30, Key.Select(key => (Step)new Remove(key))),
        (1, Gen.Int[0, 4000].Select(back => (Step)new RemoveThrough(back))),
        (2, Gen.Const((Step)new Freeze())),
        (3, Key.Select(key => (Step)new Look(key))));

    private abstract record Step;
    private sealed record Put(string Key, int Length) : Step;
    private sealed record Remove(string Key) : Step;
    private sealed record RemoveThrough(int Back) : Step;
    private sealed record Freeze : Step;
    private sealed record Look(string Key) : Step;

    [Fact]
    public void Table_under_random_steps_equals_a_sorted_dictionary_and_frozen_leaves_never_change() =>
        AnyStep.Array[0, 4000].Sample(steps => Play(steps), iter: 60, seed: "0000KOIPRSTA");

    [Fact]
    public void Ascending_keys_fill_their_leaves()
    {
        var table = new EntryTable();
        for (var i = 0; i < 10 * EntryTable.LeafCapacity; i++)
        {
            table.Put(Entry($"k{i:d6}", i + 1, 1));
        }

        Assert.Equal(10, table.Freeze().Length);
    }

    [Fact]
    public void Removing_most_keys_merges_leaves()
    {
        var table = new EntryTable();
        for (var i = 0; i < 10_000; i++)
        {
            table.Put(Entry($"k{i:d6}", i + 1, 1));
        }

        for (var i = 0; i < 10_000; i++)
        {
            if (i % 50 != 0)
            {
                Assert.True(table.Remove(Utf8($"k{i:d6}")));
            }
        }

        Assert.Equal(200, table.Count);
        Assert.InRange(table.Freeze().Length, 1, 5);
    }

    private static void Play(Step[] steps)
    {
        var table = new EntryTable();
        var model = new SortedDictionary<byte[], StoredEntry>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        var frozen = new List<(EntryLeaf[] Leaves, string Content)>();
        var version = 0L;
        foreach (var step in steps)
        {
            switch (step)
            {
                case Put put:
                    var entry = Entry(put.Key, ++version, put.Length);
                    table.Put(entry);
                    model[entry.Key.ToArray()] = entry;
                    break;
                case Remove remove:
                    Assert.Equal(model.Remove(Utf8(remove.Key)), table.Remove(Utf8(remove.Key)));
                    break;
                case RemoveThrough through:
                    var bound = version - through.Back;
                    var kept = model.Values.Where(e => e.Version > bound).ToList();
                    Assert.Equal(kept.Sum(e => (long)e.Bytes), table.BytesAfter(bound));
                    table.RemoveThrough(bound);
                    model.Clear();
                    kept.ForEach(e => model.Add(e.Key.ToArray(), e));
                    break;
                case Freeze:
                    var leaves = table.Freeze();
                    frozen.Add((leaves, Content(Entries(leaves))));
                    break;
                case Look look:
                    Assert.Equal(model.TryGetValue(Utf8(look.Key), out var expected), table.TryGet(Utf8(look.Key), out var found));
                    Assert.Equal(expected.IsNone ? 0 : expected.Version, found.IsNone ? 0 : found.Version);
                    Assert.Equal(
                        model.Keys.Count(k => k.AsSpan().SequenceCompareTo(Utf8(look.Key)) < 0),
                        table.CountBefore(Utf8(look.Key)));
                    break;
            }

            Assert.Equal(model.Count, table.Count);
        }

        Assert.Equal(model.Values.Sum(e => (long)e.Bytes), table.Bytes);
        var all = new StoredEntry[model.Count + 1];
        Assert.Equal(model.Count, table.CopyTo(0, all));
        Assert.Equal(Content(model.Values), Content(all.Take(model.Count)));
        Assert.Equal(Content(model.Values.Skip(model.Count / 2)), Content(all.AsSpan(0, table.CopyTo(model.Count / 2, all)).ToArray()));
        var last = table.Freeze();
        Assert.Equal(Content(model.Values), Content(Entries(last)));
        Assert.All(last, leaf => Assert.Equal(leaf.Items.Take(leaf.Count).Sum(e => (long)e.Bytes), leaf.Bytes));
        Assert.All(last, leaf => Assert.InRange(leaf.Items.Take(leaf.Count).Max(e => e.Sequence), 1, leaf.MaxSequence));
        Assert.All(frozen, f => Assert.Equal(f.Content, Content(Entries(f.Leaves))));
    }

    private static StoredEntry Entry(string key, long version, int length) =>
        StoredEntry.Create(Utf8(key), new byte[length], version, version, 0);

    private static byte[] Utf8(string key) => Encoding.UTF8.GetBytes(key);

    private static IEnumerable<StoredEntry> Entries(EntryLeaf[] leaves) => leaves.SelectMany(l => l.Items.Take(l.Count));

    private static string Content(IEnumerable<StoredEntry> entries) =>
        string.Join(';', entries.Select(e => $"{Convert.ToHexString(e.Key)}={e.Version}"));
}
