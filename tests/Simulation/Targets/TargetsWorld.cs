using System.Text;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Simulation.Judgement;
using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Running;
using EdgeOrleans.Simulation.Storage;

namespace EdgeOrleans.Simulation.Targets;

/// <summary>
/// One collection at one target, and several activations of it that do not know of each other, as in a cluster that was cut in two:
/// each loads, changes and saves; some die with calls under way that land later. What was once acknowledged is in all that is loaded after.
/// </summary>
internal sealed class TargetsWorld
{
    private const string Key = "ns/coll";

    private readonly SeedRun _run;
    private readonly SeededRandom _random;
    private readonly Trace _trace;
    private readonly SimulatedStorage _storage;
    private readonly Turns _turns;
    private readonly Turns.Pool _pool;
    private readonly Calls _calls;
    private readonly int _chunkBytes;
    private readonly List<SavedState> _states = [new SavedState(null, "", 0, "")];
    private readonly List<Writer> _writers = [];
    private int _nextValue;
    private int _activations;

    private TargetsWorld(SeedRun run)
    {
        _run = run;
        _random = run.Random;
        _trace = run.Trace;
        _storage = new SimulatedStorage("target", isLocal: false, _random.Fork(), _trace);
        _turns = new Turns(_random);
        _pool = new Turns.Pool(_turns, _random);
        _calls = new Calls(_turns, "activations");
        _chunkBytes = _random.Below(3) switch { 0 => 100, 1 => 400, _ => 100_000 };
    }

    /// <summary>Plays one seed.</summary>
    public static void Play(SeedRun run) => new TargetsWorld(run).Play();

    private void Play()
    {
        var isTroubled = _random.Below(4) != 0;
        var mostWriters = _random.Between(1, 3);
        var steps = _random.Between(20, 250);
        for (var i = 0; i < steps; i++)
        {
            Step(mostWriters, isTroubled);
            _calls.ThrowFailure();
        }

        _storage.Heal();
        Drain();
        _calls.Begin(() => Load());
        Drain();
        _run.Counts.Add("rows saved", _storage.WriteCount);
        _run.Counts.Add("states acknowledged", _states.Count(state => state.IsAcknowledged));
    }

    private void Step(int mostWriters, bool isTroubled)
    {
        switch (_random.Below(20))
        {
            case 0 when _writers.Count < mostWriters:
                _calls.Begin(() => Load());
                break;
            case 1 when _writers.Count > 0 && _random.Below(3) == 0:
                Kill(_writers[_random.Below(_writers.Count)]);
                break;
            case < 4 when _writers.Count > 0:
                Change(_writers[_random.Below(_writers.Count)]);
                break;
            case < 7 when _writers.Count > 0:
                var writer = _writers[_random.Below(_writers.Count)];
                _calls.Begin(() => Save(writer));
                break;
            case < 9:
                _storage.AnswerOne(alsoHanging: _random.Below(6) == 0);
                break;
            case 9 when isTroubled:
                var faults = _storage.Faults;
                faults.FailPerMille = _random.Below(200);
                faults.LostAnswerPerMille = _random.Below(300);
                faults.LatePerMille = _random.Below(800);
                faults.HangPerMille = _random.Below(100);
                break;
            default:
                _turns.RunOne();
                break;
        }
    }

    private void Drain()
    {
        while (_turns.RunOne() || _storage.AnswerOne(alsoHanging: true))
        {
        }

        _calls.RequireAllEnded();
    }

    private async Task Load()
    {
        var acknowledged = _states.Where(state => state.IsAcknowledged).ToArray();
        var connection = _storage.Connect();
        var target = new WriteBehindTarget(
            "target", MutatedRows.Around(connection, _run.Mutant), isPrimary: true, TimeSpan.FromSeconds(1), _pool) { ChunkBytes = _chunkBytes };
        LoadedCollection loaded;
        try
        {
            loaded = await new CollectionLoader(target).Load(Key, CancellationToken.None);
        }
        catch (StorageFailedException)
        {
            return;
        }
        catch (StateDamagedException) when (_writers.Count > 0)
        {
            // The rows moved under the reader four times; it will be asked again.
            return;
        }

        var entries = new CollectionEntries();
        foreach (var entry in loaded.Entries)
        {
            entries.Restore(entry);
        }

        entries.Restored(loaded.Outline.Sequence, loaded.Outline.LastVersion, loaded.Tombstones, loaded.Outline.TombstoneFloor);
        var content = ContentOf(entries.Freeze());

        // Two may have saved the same content under the same sequence, such as nothing at all after a clear: the rows say who was last.
        var lastWriter = loaded.Outline.State.LastWriter.TrimEnd();
        var same = _states.FindAll(state => state.Sequence == loaded.Outline.Sequence && state.Content == content);
        var found = same.Find(state => state.Writer == lastWriter)
            ?? same.Find(state => Array.TrueForAll(acknowledged, state.Includes))
            ?? same.FirstOrDefault()
            ?? throw new OracleException($"loaded what nobody saved, through {loaded.Outline.Sequence}: {content}");
        if (Array.Find(acknowledged, state => !found.Includes(state)) is { } lost)
        {
            throw new OracleException(
                $"saved through {lost.Sequence} was acknowledged and is lost: {lost.Content}\n  loaded through {found.Sequence}: {found.Content}");
        }

        var name = $"activation-{++_activations}";
        _trace.Add($"  {name} loaded through {found.Sequence}");
        _writers.Add(new Writer(
            name, connection, entries, new CollectionSaver(Key, name.PadRight(16), target, loaded.Outline.State, loaded.Outline.Sequence), found));
    }

    private void Change(Writer writer)
    {
        for (var i = _random.Between(1, 5); i > 0; i--)
        {
            var entries = writer.Entries;
            var key = Encoding.UTF8.GetBytes($"k{_random.Below(6)}");
            var replaced = entries.TryGet(key, out var old) ? old.Bytes : 0;
            switch (_random.Below(12))
            {
                case 0:
                    entries.StageClear(entries.LastVersion);
                    break;
                case < 4 when replaced > 0:
                    entries.Stage(StoredEntry.CreateTombstone(key, entries.Sequence + 1, entries.NextVersion(0)), replaced);
                    break;
                default:
                    var value = Encoding.UTF8.GetBytes($"\"{_nextValue++}{new string('x', _random.Below(60))}\"");
                    entries.Stage(StoredEntry.Create(key, value, entries.Sequence + 1, entries.NextVersion(0), 0), replaced);
                    break;
            }

            entries.Accept(entries.Sequence);
            entries.Settle(entries.Sequence);
        }

        _trace.Add($"  {writer.Name} is at {writer.Entries.Sequence}");
    }

    private async Task Save(Writer writer)
    {
        var snapshot = writer.Entries.Freeze();
        if (writer.Newest.Sequence < snapshot.Sequence)
        {
            writer.Newest = new SavedState(writer.Newest, writer.Name, snapshot.Sequence, ContentOf(snapshot));
            _states.Add(writer.Newest);
        }

        var result = await writer.Saver.Save(snapshot, CancellationToken.None);
        _trace.Add($"  {writer.Name}: {result}");
        if (!_writers.Contains(writer))
        {
            return;
        }

        switch (result.Outcome)
        {
            case SaveOutcome.Saved or SaveOutcome.UpToDate:
                for (var state = writer.Newest; state is not null; state = state.Before)
                {
                    state.IsAcknowledged |= state.Sequence <= result.Sequence && state.Sequence > 0;
                }

                break;
            case SaveOutcome.Failed:
                break;
            default:
                _run.Counts.Add("conflicts");
                Kill(writer);
                break;
        }
    }

    private void Kill(Writer writer)
    {
        _trace.Add($"  {writer.Name} is gone");
        _writers.Remove(writer);
        writer.Saver.Stop();
        _storage.Disconnect(writer.Connection);
    }

    private static string ContentOf(CollectionSnapshot snapshot) => string.Join(
        ' ', snapshot.Entries().Select(entry => $"{Encoding.UTF8.GetString(entry.Key)}@{entry.Version}={Encoding.UTF8.GetString(entry.Value.Span)}"));

    private sealed class Writer(string name, IStateRows connection, CollectionEntries entries, CollectionSaver saver, SavedState loaded)
    {
        public string Name => name;

        public IStateRows Connection => connection;

        public CollectionEntries Entries => entries;

        public CollectionSaver Saver => saver;

        public SavedState Newest { get; set; } = loaded;
    }
}
