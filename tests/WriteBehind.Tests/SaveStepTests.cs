using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Saves that stop, fail or lose an answer at each single storage step.</summary>
public sealed class SaveStepTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFile _sqlite = new();
    private int _collections;

    /// <summary>The ways to a save (what was saved before, and what is saved now) at each kind of storage.</summary>
    public static TheoryData<string, string> Saves
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var storage in new[] { "memory", "sqlite" })
            {
                foreach (var kind in new[]
                         {
                             "first delta", "delta", "delta with deletes", "snapshot for size", "snapshot for the ring", "snapshot after clear",
                             "large first snapshot", "snapshot after an unfinished one of another", "clear of a large one",
                         })
                {
                    data.Add(kind, storage);
                }
            }

            return data;
        }
    }

    public void Dispose() => _sqlite.Dispose();

    [Theory]
    [MemberData(nameof(Saves))]
    public async Task Save_reloads_exactly(string kind, string storage)
    {
        var test = NewSteps(kind, storage);
        await test.Prepare();
        Assert.Equal(SaveOutcome.Saved, (await test.Save()).Outcome);
        ModelCollection.AssertEqual(test.After, await test.Load());
        Assert.Equal(SaveOutcome.UpToDate, (await test.Save()).Outcome);
    }

    [Theory]
    [MemberData(nameof(Saves))]
    public async Task Save_stopped_after_any_step_reloads_the_state_before_or_after_and_then_saves(string kind, string storage)
    {
        for (var steps = 0; ; steps++)
        {
            var test = NewSteps(kind, storage);
            await test.Prepare();
            var left = steps;
            test.Rows.FateOf = _ => left-- > 0 ? Fate.Works : Fate.Fails;
            var result = await test.Save();
            test.Rows.FateOf = _ => Fate.Works;
            if (result.Outcome == SaveOutcome.Saved)
            {
                Assert.True(steps > 0);
                return;
            }

            Assert.Equal(SaveOutcome.Failed, result.Outcome);
            var loaded = await test.Load();
            Assert.Equal(result.Sequence, loaded.Outline.Sequence);
            ModelCollection.AssertEqual(loaded.Outline.Sequence == test.After.Sequence ? test.After : test.Before, loaded);

            // A new activation, which knows only what it loaded, goes on from there.
            Assert.Equal(
                loaded.Outline.Sequence == test.After.Sequence ? SaveOutcome.UpToDate : SaveOutcome.Saved,
                (await test.NewSaver(loaded.Outline.State).Save(test.After, None)).Outcome);
            ModelCollection.AssertEqual(test.After, await test.Load());
        }
    }

    [Theory]
    [MemberData(nameof(Saves))]
    public async Task Save_that_fails_or_loses_its_answer_at_any_step_succeeds_when_repeated(string kind, string storage)
    {
        foreach (var fate in new[] { Fate.Fails, Fate.LosesTheAnswer })
        {
            for (var step = 0; ; step++)
            {
                var test = NewSteps(kind, storage);
                await test.Prepare();
                var left = step;
                test.Rows.FateOf = _ => left-- == 0 ? fate : Fate.Works;
                var first = await test.Save();
                if (first.Outcome == SaveOutcome.Saved)
                {
                    break;
                }

                // More has changed by the time of the second try.
                test.Model.Set("later", "1");
                test.Model.Delete("k1");
                var after = test.Model.Snapshot();
                Assert.Equal(new SaveResult(SaveOutcome.Saved, after.Sequence, null).ToString(), (await test.Saver.Save(after, None)).ToString());
                ModelCollection.AssertEqual(after, await test.Load());
            }
        }
    }

    private Steps NewSteps(string kind, string storage) =>
        new(kind, $"ns/collection {++_collections}", storage == "memory" ? new MemoryRows() : _sqlite.Rows);

    /// <summary>A collection at one target, before and after a save of some kind.</summary>
    private sealed class Steps
    {
        private readonly string _kind;
        private readonly string _key;
        private readonly WriteBehindTarget _target;

        public Steps(string kind, string key, IStateRows rows)
        {
            _kind = kind;
            _key = key;
            Rows = new FaultyRows(rows);
            _target = new WriteBehindTarget("test", Rows, isPrimary: true, TimeSpan.Zero);
            Saver = NewSaver(null);
            Before = After = Model.Snapshot();
        }

        public FaultyRows Rows { get; }

        public ModelCollection Model { get; private set; } = new();

        public CollectionSaver Saver { get; private set; }

        public CollectionSnapshot Before { get; private set; }

        public CollectionSnapshot After { get; private set; }

        public async Task Prepare()
        {
            switch (_kind)
            {
                case "first delta":
                    break;
                case "snapshot for size":
                    await Fill(entries: 40, bytes: 20_000);
                    break;
                case "snapshot for the ring":
                    for (var i = 0; i < CollectionSaver.MaxDeltas; i++)
                    {
                        await Fill(entries: 1, bytes: i);
                    }

                    break;
                case "large first snapshot":
                    break;
                case "clear of a large one":
                    await Fill(entries: 60, bytes: 20_000);
                    for (var i = 0; i < 5; i++)
                    {
                        await Fill(entries: 7, bytes: 20_000 + i);
                    }

                    break;
                case "snapshot after an unfinished one of another":
                    await Fill(entries: 10, bytes: 30_000);
                    await StopAnotherInItsSnapshot();
                    break;
                default:
                    await Fill(entries: 10, bytes: 10);
                    break;
            }

            Before = Model.Snapshot();
            switch (_kind)
            {
                case "delta with deletes":
                    Model.Delete("k3");
                    Model.Delete("k4");
                    Model.Set("k4", "4");
                    break;
                case "snapshot for size":
                    Change(40, 20_000);
                    break;
                case "clear of a large one":
                    Model.Clear();
                    break;
                case "snapshot after clear":
                    Model.Clear();
                    Model.Set("k2", "2");
                    break;
                case "snapshot after an unfinished one of another":
                    Change(60, 20_000);
                    break;
                case "large first snapshot":
                    Change(100, 10_000);
                    break;
                default:
                    Model.Set("k1", "1");
                    break;
            }

            After = Model.Snapshot();
        }

        public Task<SaveResult> Save() => Saver.Save(After, None);

        public CollectionSaver NewSaver(TargetState? state) => new(_key, Guid.NewGuid().ToString(), _target, state, long.MaxValue);

        public Task<LoadedCollection> Load() => new CollectionLoader(_target).Load(_key, None);

        private async Task Fill(int entries, int bytes)
        {
            Change(entries, bytes);
            Assert.Equal(SaveOutcome.Saved, (await Saver.Save(Model.Snapshot(), None)).Outcome);
        }

        /// <summary>Another activation gets as far as its second chunk; ours is made after it.</summary>
        private async Task StopAnotherInItsSnapshot()
        {
            Change(40, 20_000);
            Rows.FateOf = call => call.EndsWith("-1", StringComparison.Ordinal) && call.StartsWith("write", StringComparison.Ordinal) ? Fate.Fails : Fate.Works;
            Assert.Equal(SaveOutcome.Failed, (await Saver.Save(Model.Snapshot(), None)).Outcome);
            Rows.FateOf = _ => Fate.Works;
            Saver = NewSaver((await Load()).Outline.State);
            Model = new ModelCollection();
            Change(10, 30_000);
        }

        private void Change(int entries, int bytes)
        {
            for (var i = 0; i < entries; i++)
            {
                Model.Set($"k{i}", $"\"{new string('v', bytes)}\"");
            }
        }
    }
}
