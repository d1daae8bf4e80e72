using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Two activations that believe in the same past, in two processes: the one that was overtaken is caught and harms nothing.</summary>
public sealed class StaleWriterTests
{
    private const string Key = "ns/c";
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>What the stale one was about to do, and what the other did meanwhile.</summary>
    public static TheoryData<string, string> Interleavings => new()
    {
        { "delta", "delta" }, { "delta", "snapshot" }, { "snapshot", "delta" }, { "snapshot", "snapshot" }, { "snapshot", "two snapshots" },
        { "snapshot", "round the ring" }, { "delta", "round the ring" }, { "clear", "delta" }, { "clear", "snapshot" }, { "clear", "two snapshots" },
        { "clear", "clear" }, { "snapshot", "clear" }, { "clear", "round the ring" },
    };

    [Theory]
    [MemberData(nameof(Interleavings))]
    public async Task Stale_writer_held_up_before_any_step_is_caught_and_changes_nothing(string stale, string other)
    {
        for (var step = 0; ; step++)
        {
            var rows = new MemoryRows();
            var model = new ModelCollection();
            for (var i = 0; i < 30; i++)
            {
                model.Set($"k{i}", "\"" + new string('a', 100) + "\"");
            }

            var held = new FaultyRows(rows);
            var first = NewSaver(held, state: null);
            await first.Save(model.Snapshot(), None);
            Change(model, stale);

            // The first activation stops before its step-th call and sleeps.
            var (reached, wake) = (new TaskCompletionSource(), new TaskCompletionSource());
            var left = step;
            held.Delay = _ =>
            {
                if (left-- == 0)
                {
                    reached.SetResult();
                    return wake.Task;
                }

                return Task.CompletedTask;
            };
            var sleepingSequence = model.Sequence;
            var sleeping = first.Save(model.Snapshot(), None);
            if (await Task.WhenAny(reached.Task, sleeping) == sleeping)
            {
                Assert.Equal(SaveOutcome.Saved, (await sleeping).Outcome);
                Assert.True(step > 0);
                return;
            }

            // Another takes over: it has the same changes from the journal, and more.
            var found = await Load(rows);
            var second = NewSaver(rows, found.Outline.State);
            foreach (var kind in Kinds(other))
            {
                Change(model, kind);
                Assert.Equal(SaveOutcome.Saved, (await second.Save(model.Snapshot(), None)).Outcome);
            }

            wake.SetResult();
            var result = await sleeping;
            var hadSaved = found.Outline.Sequence == sleepingSequence;
            Assert.True(result.Outcome == SaveOutcome.Conflict || (hadSaved && result.Sequence == sleepingSequence), $"{stale} held up before call {step} ({held.Calls.Last()}) came to {result}");
            ModelCollection.AssertEqual(model.Snapshot(), await Load(rows));

            // It stays caught, and the other goes on undisturbed.
            Assert.Equal(SaveOutcome.Conflict, (await first.Save(model.Snapshot(), None)).Outcome);
            model.Set("more", "1");
            Assert.Equal(SaveOutcome.Saved, (await second.Save(model.Snapshot(), None)).Outcome);
            Change(model, "snapshot");
            Assert.Equal(SaveOutcome.Saved, (await second.Save(model.Snapshot(), None)).Outcome);
            ModelCollection.AssertEqual(model.Snapshot(), await Load(rows));
        }
    }

    /// <summary>
    /// The first stops before any of its calls, the second before any of its own, the first goes on to its end, then the second does.
    /// Whatever is loaded in between is a state that was, whole; and whoever says that it has saved has.
    /// </summary>
    [Theory]
    [InlineData("snapshot", "")]
    [InlineData("snapshot", "snapshot")]
    [InlineData("snapshot", "clear")]
    [InlineData("clear", "")]
    [InlineData("clear", "delta")]
    [InlineData("clear", "snapshot")]
    [InlineData("delta", "snapshot")]
    [InlineData("delta", "delta")]
    public async Task Two_writers_in_any_two_steps_of_each_other_leave_a_whole_state(string firstChange, string moreChanges)
    {
        for (var firstStep = 0; ; firstStep++)
        {
            for (var secondStep = 0; ; secondStep++)
            {
                var rows = new MemoryRows();
                var model = new ModelCollection();
                Change(model, "snapshot");
                var (firstRows, secondRows) = (new FaultyRows(rows), new FaultyRows(rows));
                var first = NewSaver(firstRows, state: null);
                await first.Save(model.Snapshot(), None);
                var before = model.Snapshot();

                Change(model, firstChange);
                var firstState = model.Snapshot();
                var (firstSaving, wakeFirst) = await Start(first, firstRows, firstState, firstStep);
                if (firstSaving.IsCompleted)
                {
                    Assert.True(firstStep > 0);
                    return;
                }

                if (moreChanges.Length > 0)
                {
                    Change(model, moreChanges);
                    model.Delete("k7");
                }

                var secondState = model.Snapshot();
                var second = NewSaver(secondRows, (await Load(rows)).Outline.State);
                var (secondSaving, wakeSecond) = await Start(second, secondRows, secondState, secondStep);
                var isLast = secondSaving.IsCompleted;
                CollectionSnapshot[] states = [before, firstState, secondState];
                await AssertOneOf(rows, states);
                wakeFirst.SetResult();
                var firstResult = await firstSaving;
                await AssertOneOf(rows, states);
                wakeSecond.SetResult();
                var secondResult = await secondSaving;
                var loaded = await AssertOneOf(rows, states);
                var saved = new[] { firstResult, secondResult }.Where(r => r.Outcome != SaveOutcome.Conflict).ToArray();
                Assert.Equal(saved.Select(r => r.Sequence).Append(before.Sequence).Max(), loaded.Outline.Sequence);
                Assert.All([firstResult, secondResult], r => Assert.True(r.Outcome is SaveOutcome.Saved or SaveOutcome.UpToDate or SaveOutcome.Conflict, r.ToString()));

                // They may have stopped each other. Whoever comes next saves.
                Assert.NotEqual(SaveOutcome.Conflict, (await NewSaver(rows, loaded.Outline.State).Save(secondState, None)).Outcome);
                ModelCollection.AssertEqual(secondState, await Load(rows));
                if (isLast)
                {
                    break;
                }
            }
        }
    }

    private static async Task<(Task<SaveResult> Saving, TaskCompletionSource Wake)> Start(CollectionSaver saver, FaultyRows rows, CollectionSnapshot snapshot, int step)
    {
        var (reached, wake) = (new TaskCompletionSource(), new TaskCompletionSource());
        var left = step;
        rows.Delay = _ =>
        {
            if (left-- == 0)
            {
                reached.SetResult();
                return wake.Task;
            }

            return Task.CompletedTask;
        };
        var saving = saver.Save(snapshot, None);
        await Task.WhenAny(reached.Task, saving);
        return (saving, wake);
    }

    private static async Task<LoadedCollection> AssertOneOf(IStateRows rows, CollectionSnapshot[] states)
    {
        var loaded = await Load(rows);
        ModelCollection.AssertEqual(Assert.Single(states.DistinctBy(s => s.Sequence), s => s.Sequence == loaded.Outline.Sequence), loaded);
        return loaded;
    }

    /// <summary>A claim whose answer was lost is an old claim by the time it is found out: chunks looked at since may be another's.</summary>
    [Fact]
    public async Task Snapshot_does_not_rest_on_a_claim_that_landed_before_its_chunks_were_looked_at()
    {
        var rows = new MemoryRows();
        var model = new ModelCollection();
        model.Set("k", "1");
        var firstRows = new FaultyRows(rows);
        var first = NewSaver(firstRows, null);
        await first.Save(model.Snapshot(), None);
        model.Clear();
        firstRows.FateOf = call => call == $"write {Key} d2" ? Fate.LosesTheAnswer : Fate.Works;
        Assert.Equal(SaveOutcome.Failed, (await first.Save(model.Snapshot(), None)).Outcome);
        firstRows.FateOf = _ => Fate.Works;

        Change(model, "snapshot");
        var second = NewSaver(rows, (await Load(rows)).Outline.State);
        Assert.Equal(SaveOutcome.Saved, (await second.Save(model.Snapshot(), None)).Outcome);
        var saved = model.Snapshot();
        Change(model, "snapshot");
        Assert.Equal(SaveOutcome.Conflict, (await first.Save(model.Snapshot(), None)).Outcome);
        ModelCollection.AssertEqual(saved, await Load(rows));
    }

    [Fact]
    public async Task Head_is_fenced_before_anything_is_written_when_another_left_a_snapshot_unfinished()
    {
        var rows = new FaultyRows(new MemoryRows());
        var model = new ModelCollection();
        model.Set("k", "1");
        await NewSaver(rows, null).Save(model.Snapshot(), None);
        model.Clear();
        model.Set("k", "2");
        rows.FateOf = call => call.StartsWith($"write {Key} s", StringComparison.Ordinal) ? Fate.Fails : Fate.Works;
        Assert.Equal(SaveOutcome.Failed, (await NewSaver(rows, (await Load(rows)).Outline.State).Save(model.Snapshot(), None)).Outcome);
        rows.FateOf = _ => Fate.Works;
        var state = (await Load(rows)).Outline.State;
        rows.Calls.Clear();
        Assert.Equal(SaveOutcome.Saved, (await NewSaver(rows, state).Save(model.Snapshot(), None)).Outcome);
        Assert.Equal(["head", "d3", "s1-0", "head"], rows.Calls.Where(c => c.StartsWith("write", StringComparison.Ordinal)).Select(c => c.Split(' ')[2]));
    }

    /// <summary>Activation after activation dies in its snapshot: the ring has room for so many seals, then the last is taken over.</summary>
    [Fact]
    public async Task Snapshots_that_never_finish_do_not_use_up_the_ring()
    {
        var rows = new FaultyRows(new MemoryRows());
        var model = new ModelCollection();
        for (var i = 0; i < CollectionSaver.MaxDeltas; i++)
        {
            model.Set($"k{i}", "1");
            Assert.Equal(SaveOutcome.Saved, (await NewSaver(rows, (await Load(rows)).Outline.State, 256 * 1024).Save(model.Snapshot(), None)).Outcome);
        }

        var saved = model.Snapshot();
        model.Set("last", "2");
        for (var i = 0; i < 3 * RowName.SlotCount; i++)
        {
            var calls = 0;
            rows.FateOf = call => call.StartsWith("write", StringComparison.Ordinal) && ++calls > 1 + (i % 2) ? Fate.Fails : Fate.Works;
            Assert.Equal(SaveOutcome.Failed, (await NewSaver(rows, (await Load(rows)).Outline.State).Save(model.Snapshot(), None)).Outcome);
            rows.FateOf = _ => Fate.Works;
            ModelCollection.AssertEqual(saved, await Load(rows));
        }

        Assert.Equal(SaveOutcome.Saved, (await NewSaver(rows, (await Load(rows)).Outline.State).Save(model.Snapshot(), None)).Outcome);
        ModelCollection.AssertEqual(model.Snapshot(), await Load(rows));
    }

    private static IEnumerable<string> Kinds(string other) => other switch
    {
        "two snapshots" => ["snapshot", "snapshot"],
        "round the ring" => Enumerable.Repeat("delta", 3 * RowName.SlotCount),
        _ => [other],
    };

    private static void Change(ModelCollection model, string kind)
    {
        if (kind is "snapshot" or "clear")
        {
            model.Clear();
        }

        if (kind == "snapshot")
        {
            for (var i = 0; i < 30; i++)
            {
                model.Set($"k{i}", "\"" + new string('b', 100) + $"{model.Sequence}\"");
            }
        }

        model.Set("changed", $"{model.Sequence}");
    }

    private static WriteBehindTarget Target(IStateRows rows, int chunkBytes = 1500) =>
        new("test", rows, isPrimary: true, TimeSpan.Zero) { ChunkBytes = chunkBytes };

    private static CollectionSaver NewSaver(IStateRows rows, TargetState? state, int chunkBytes = 1500) =>
        new(Key, Guid.NewGuid().ToString(), Target(rows, chunkBytes), state, long.MaxValue);

    private static Task<LoadedCollection> Load(IStateRows rows) => new CollectionLoader(Target(rows)).Load(Key, None);
}
