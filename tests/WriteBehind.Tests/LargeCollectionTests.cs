using System.Diagnostics;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>A collection of the largest size there is.</summary>
public sealed class LargeCollectionTests : IDisposable
{
    private const int Entries = 120_000;
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Largest_collection_is_saved_in_chunks_off_the_callers_thread_and_loads_exactly()
    {
        var model = new ModelCollection { MaxTombstones = 10_000 };
        for (var i = 0; i < Entries; i++)
        {
            model.Set($"key/{i * 7919 % Entries:000000}", $$"""{"n":{{i}},"pad":"{{new string('x', i % 200)}}"}""");
        }

        for (var i = 0; i < 3000; i++)
        {
            model.Delete($"key/{i:000000}");
        }

        var target = new WriteBehindTarget("sqlite", _file.Rows, isPrimary: true, TimeSpan.Zero);
        var saver = new CollectionSaver("ns/large", "w", target, null, long.MaxValue);
        var snapshot = model.Snapshot();

        // The first call has code to compile.
        await saver.Save(new ModelCollection().Snapshot(), None);
        var clock = Stopwatch.StartNew();
        var saving = saver.Save(snapshot, None);
        var callersShare = clock.Elapsed;
        Assert.Equal(SaveOutcome.Saved, (await saving).Outcome);
        Assert.True(callersShare < TimeSpan.FromMilliseconds(100), $"the caller was held for {callersShare.TotalMilliseconds} ms");
        ModelCollection.AssertEqual(snapshot, await new CollectionLoader(target).Load("ns/large", None));

        var chunks = _file.Query("SELECT length(PayloadBinary) FROM OrleansStorage WHERE GrainTypeString LIKE 's1-%'", r => r.GetInt64(0));
        Assert.InRange(chunks.Count, 60, 200);
        Assert.All(chunks, length => Assert.InRange(length, 0, 320 * 1024));

        // Seconds, not minutes: a payload must not be parsed once for each of its entries.
        clock.Restart();
        Assert.Equal(snapshot.Count, _file.Query<long>("SELECT count(*) FROM entries"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);

        // A small change costs a small delta.
        model.Set("key/000001", "1");
        Assert.Equal(SaveOutcome.Saved, (await saver.Save(model.Snapshot(), None)).Outcome);
        Assert.InRange(_file.Query<long>("SELECT max(length(PayloadBinary)) FROM OrleansStorage WHERE GrainTypeString LIKE 'd%'"), 100, 1000);
        ModelCollection.AssertEqual(model.Snapshot(), await new CollectionLoader(target).Load("ns/large", None));
    }

    [Fact]
    public async Task Value_larger_than_a_chunk_is_saved_as_one()
    {
        var model = new ModelCollection();
        model.Set("before", "1");
        model.Set("big", $"\"{new string('b', 3_000_000)}\"");
        model.Set("more", $"\"{new string('m', 300_000)}\"");
        var target = new WriteBehindTarget("sqlite", _file.Rows, isPrimary: true, TimeSpan.Zero);
        Assert.Equal(SaveOutcome.Saved, (await new CollectionSaver("ns/c", "w", target, null, long.MaxValue).Save(model.Snapshot(), None)).Outcome);
        ModelCollection.AssertEqual(model.Snapshot(), await new CollectionLoader(target).Load("ns/c", None));
    }

    /// <summary>A deleted collection is never saved again, so what it leaves behind would be lost room on the card.</summary>
    [Fact]
    public async Task Cleared_collection_gives_its_room_back()
    {
        var model = new ModelCollection();
        var target = new WriteBehindTarget("sqlite", _file.Rows, isPrimary: true, TimeSpan.Zero);
        var saver = new CollectionSaver("ns/c", "w", target, null, long.MaxValue);
        for (var round = 0; round < 30; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                model.Set($"k{(i * 7) + round}", $"\"{new string('v', 10_000 + (1000 * round))}\"");
            }

            Assert.Equal(SaveOutcome.Saved, (await saver.Save(model.Snapshot(), None)).Outcome);
        }

        // A large snapshot that an activation before this one did not finish.
        var failing = new FaultyRows(_file.Rows) { FateOf = call => call.EndsWith("head", StringComparison.Ordinal) && call.StartsWith("write", StringComparison.Ordinal) ? Fate.Fails : Fate.Works };
        var failingTarget = new WriteBehindTarget("sqlite", failing, isPrimary: true, TimeSpan.Zero) { ChunkBytes = 32 * 1024 };
        for (var i = 0; i < 200; i++)
        {
            model.Set($"k{i}", $"\"{new string('w', 20_000)}\"");
        }

        var state = (await new CollectionLoader(target).Load("ns/c", None)).Outline.State;
        Assert.Equal(SaveOutcome.Failed, (await new CollectionSaver("ns/c", "w2", failingTarget, state, long.MaxValue).Save(model.Snapshot(), None)).Outcome);
        Assert.InRange(Stored(), 3_000_000, 40_000_000);

        model.Clear();
        state = (await new CollectionLoader(target).Load("ns/c", None)).Outline.State;
        Assert.Equal(SaveOutcome.Saved, (await new CollectionSaver("ns/c", "w3", target, state, long.MaxValue).Save(model.Snapshot(), None)).Outcome);
        ModelCollection.AssertEqual(model.Snapshot(), await new CollectionLoader(target).Load("ns/c", None));
        Assert.InRange(Stored(), 0, 400_000);

        long Stored() => _file.Query<long>("SELECT sum(length(PayloadBinary)) FROM OrleansStorage");
    }
}
