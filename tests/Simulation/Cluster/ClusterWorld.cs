using System.Text;
using System.Text.RegularExpressions;
using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Judgement;
using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Running;
using EdgeOrleans.Simulation.Storage;

namespace EdgeOrleans.Simulation.Cluster;

/// <summary>
/// One collection on several servers at once, none of which knows of the others: what a cluster that was cut in two comes to. The storage
/// between them fails, hangs, answers late and loses answers; servers die with calls under way that land later. Held against it: no
/// acknowledged write is lost or undone, strong reads are linearizable, and no read shows what the storage never had.
/// </summary>
internal sealed partial class ClusterWorld
{
    private const string Key = "ns/coll";

    private readonly SeedRun _run;
    private readonly SeededRandom _random;
    private readonly Trace _trace;
    private readonly SimulatedKernel _kernel = new();
    private readonly SimulatedStorage _storage;
    private readonly Turns _turns;
    private readonly Calls _calls;
    private readonly int _chunkBytes;
    private readonly int _slotCount;
    private readonly bool _hasRemovals;
    private readonly List<ClusterServer> _servers = [];
    private readonly SortedDictionary<string, KeyTruth> _truths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stored = [];
    private int _nextValue;
    private int _nextServer;

    private ClusterWorld(SeedRun run)
    {
        _run = run;
        _random = run.Random;
        _trace = run.Trace;
        _storage = new SimulatedStorage("storage", isLocal: false, _random.Fork(), _trace) { Written = Note };
        _turns = new Turns(_random);
        _calls = new Calls(_turns, "clients");
        _chunkBytes = _random.Below(3) switch { 0 => 100, 1 => 400, _ => 100_000 };
        _slotCount = _random.Coin() ? 16 : 32;
        _hasRemovals = _random.Below(3) > 0;
        for (var i = 0; i < 4; i++)
        {
            _truths.Add($"k{i}", new KeyTruth());
        }
    }

    /// <summary>Plays one seed.</summary>
    public static void Play(SeedRun run) => new ClusterWorld(run).Play();

    private void Play()
    {
        _kernel.Boot(0);
        var isTroubled = _random.Below(4) != 0;
        var mostServers = _random.Between(1, 3);
        for (var i = _random.Between(100, 800); i > 0; i--)
        {
            Step(mostServers, isTroubled);
            _calls.ThrowFailure();
        }

        Heal();
        _servers.Clear();
        var last = NewServer();
        foreach (var key in _truths.Keys)
        {
            _calls.Begin(() => StrongRead(last, key, mustAnswer: true));
        }

        Drain();
        last.Dispose();
        _run.Counts.Add("rows saved", _storage.WriteCount);
    }

    private void Step(int mostServers, bool isTroubled)
    {
        switch (_random.Below(40))
        {
            case 0 when _servers.Count < mostServers:
                NewServer();
                break;
            case 1 when _servers.Count > 0 && _random.Below(8) == 0:
                Kill(_servers[_random.Below(_servers.Count)]);
                break;
            case 2 when _servers.Count > 0 && _random.Below(3) == 0:
                _servers[_random.Below(_servers.Count)].Deactivate();
                break;
            case < 10 when _servers.Count > 0 && _calls.UnderWay < 12:
                Ask(_servers[_random.Below(_servers.Count)]);
                break;
            case < 16:
                _storage.AnswerOne(alsoHanging: _random.Below(6) == 0);
                break;
            case 16 when isTroubled && _random.Below(4) == 0:
                var faults = _storage.Faults;
                faults.FailPerMille = _random.Below(100);
                faults.LostAnswerPerMille = _random.Below(200);
                faults.LatePerMille = _random.Below(800);
                faults.HangPerMille = _random.Below(60);
                faults.IsAway = _random.Below(8) == 0;
                break;
            case 17:
                _kernel.Advance(_random.Below(4) == 0 ? _random.Below(2_000_000) : _random.Below(20_000));
                break;
            default:
                _turns.RunOne();
                break;
        }
    }

    private ClusterServer NewServer()
    {
        var server = new ClusterServer(
            $"server {++_nextServer}", Key, _storage, _kernel, TimeSpan.FromMinutes(_random.Between(-60, 60)), _chunkBytes, _slotCount, _turns, _random, _run.Mutant);
        _servers.Add(server);
        return server;
    }

    private void Kill(ClusterServer server)
    {
        _trace.Add($"  {server.Name} is KILLED");
        _run.Counts.Add("kills");
        _servers.Remove(server);
        _storage.Disconnect(server.Connection);
    }

    private void Ask(ClusterServer server)
    {
        var key = $"k{_random.Below(_truths.Count)}";
        switch (_random.Below(_hasRemovals ? 20 : 14))
        {
            case < 6:
                _calls.Begin(() => Set(server, key));
                break;
            case < 7:
                _calls.Begin(() => SetIfUnchanged(server, key));
                break;
            case < 12:
                _calls.Begin(() => StrongRead(server, key, mustAnswer: false));
                break;
            case < 14:
                _calls.Begin(() => PlainRead(server, key));
                break;
            case < 19:
                _calls.Begin(() => Delete(server, key));
                break;
            default:
                _calls.Begin(() => Clear(server));
                break;
        }
    }

    private async Task Set(ClusterServer server, string key)
    {
        var value = NewValue();
        var truth = _truths[key];
        truth.Sent(value);
        Judge(server, truth, value, await server.Call(c => c.Apply(SetOf(key, value, PreconditionKind.None, 0))));
    }

    private async Task SetIfUnchanged(ClusterServer server, string key)
    {
        var value = NewValue();
        var truth = _truths[key];
        var known = truth.KnownVersion;
        truth.Sent(value);
        var results = await server.Call(c => c.Apply(SetOf(key, value, PreconditionKind.Version, known)));
        if (results[0].Refusal is null && known > 0 && truth.IsKnownThere && truth.KnownVersion > known && results[0].Version > truth.KnownVersion)
        {
            throw new OracleException($"{value} was set on version {known}, though {truth.KnownVersion} had come before it");
        }

        Judge(server, truth, value, results);
    }

    private void Judge(ClusterServer server, KeyTruth truth, string value, WriteResult[] results)
    {
        _trace.Add($"  {server.Name}: {value}: {results[0].Refusal?.ToString() ?? $"made as {results[0].Version}"}");
        if (!_servers.Contains(server))
        {
            return;
        }

        if (results[0].Refusal is not { } refusal)
        {
            _run.Counts.Add("writes acknowledged");
            truth.Made(value, results[0].Version);
        }
        else if (IsNotMade(refusal))
        {
            _run.Counts.Add("writes surely not made");
            truth.NotMade(value);
        }
    }

    private async Task Delete(ClusterServer server, string key)
    {
        var truth = _truths[key];
        var (known, wasThere) = (truth.KnownVersion, truth.IsKnownThere);
        truth.RemovalSent();
        var result = (await server.Call(c => c.Apply(
            new WriteBatch { Operations = [new Operation { Kind = OperationKind.Delete, Key = key }] })))[0];
        _trace.Add($"  {server.Name}: delete of {key}: {result.Refusal?.ToString() ?? $"made as {result.Version}"}");
        if (!_servers.Contains(server))
        {
            return;
        }

        if (result.Refusal is null)
        {
            truth.Removed(result.Version);
            if (!result.Existed)
            {
                truth.Read(null, 0, known, wasThere);
            }
        }
        else if (IsNotMade(result.Refusal))
        {
            truth.RemovalNotMade();
        }
    }

    private async Task Clear(ClusterServer server)
    {
        var fence = await server.Call(c => c.Fence(0));
        if (fence.Refusal is not null)
        {
            return;
        }

        foreach (var truth in _truths.Values)
        {
            truth.RemovalSent();
        }

        var answer = await server.Call(c => c.Clear(fence.Version));
        _trace.Add($"  {server.Name}: clear through {fence.Version}: {answer.Refusal?.ToString() ?? "made"}");
        if (answer.Refusal is null && _servers.Contains(server))
        {
            _run.Counts.Add("clears");
            foreach (var truth in _truths.Values)
            {
                truth.Cleared(fence.Version);
            }
        }
    }

    private async Task StrongRead(ClusterServer server, string key, bool mustAnswer)
    {
        var truth = _truths[key];
        var (known, wasThere) = (truth.KnownVersion, truth.IsKnownThere);
        Entry? entry;
        try
        {
            entry = await server.Call(async c =>
            {
                await (_run.Mutant == Mutant.StrongReadNotChecked ? c.MakeReadable() : c.MakeCurrent());
                return c.Get(key);
            });
        }
        catch (RefusedException refused)
        {
            // At the end, too, another server may just have finished what it had begun.
            _trace.Add($"  {server.Name}: strong read of {key}: {refused.Message}");
            if (mustAnswer)
            {
                await Task.Yield();
                await StrongRead(server, key, mustAnswer);
            }

            return;
        }

        if (Answered(server, "strong", key, entry) is { } value || entry is null)
        {
            truth.Read(entry is null ? null : ValueOf(entry), entry?.Version ?? 0, known, wasThere);
            if (entry is not null)
            {
                truth.Seen(entry.Version);
            }
        }
    }

    private async Task PlainRead(ClusterServer server, string key)
    {
        try
        {
            var entry = await server.Call(async c =>
            {
                if (!c.CanRead)
                {
                    await c.MakeReadable();
                }

                return c.Get(key);
            });
            if (Answered(server, "plain", key, entry) is { } value)
            {
                _truths[key].Read(value, entry!.Version, knownBefore: 0, wasThere: false);
            }
        }
        catch (RefusedException)
        {
            // The storage is away, or another server has the collection.
        }
    }

    /// <returns>What was found, when it was a value and came from a server that lives.</returns>
    private string? Answered(ClusterServer server, string kind, string key, Entry? entry)
    {
        _trace.Add($"  {server.Name}: {kind} read of {key}: {(entry is null ? "nothing" : $"{ValueOf(entry)} of {entry.Version}")}");
        _run.Counts.Add($"{kind} reads");
        if (entry is null || !_servers.Contains(server))
        {
            return null;
        }

        RequireStored(ValueOf(entry));
        return ValueOf(entry);
    }

    private void RequireStored(string value)
    {
        if (!_stored.Contains(value))
        {
            throw new OracleException($"{value} was shown, and the storage never had it");
        }
    }

    private static bool IsNotMade(Refusal refusal) =>
        refusal.Code is RefusalCode.Overtaken or RefusalCode.BacklogFull or RefusalCode.PreconditionFailed;

    private string NewValue() => $"\"v{_nextValue++}-{new string('x', _random.Below(60))}\"";

    private static string ValueOf(Entry entry) => Encoding.UTF8.GetString(entry.Value.Span);

    private static WriteBatch SetOf(string key, string value, PreconditionKind precondition, long version) => new()
    {
        Operations =
        [
            new Operation
            {
                Kind = OperationKind.Set,
                Key = key,
                Value = Encoding.UTF8.GetBytes(value),
                Precondition = version == 0 ? PreconditionKind.None : precondition,
                ExpectedVersion = version,
            },
        ],
    };

    private void Note(byte[] payload)
    {
        foreach (Match value in Value().Matches(Encoding.UTF8.GetString(payload)))
        {
            _stored.Add(value.Value);
        }
    }

    private void Heal()
    {
        _storage.Heal();
        Drain();
    }

    private void Drain()
    {
        for (var idle = 0; idle < 200 && _calls.Failure is null;)
        {
            if (!_turns.RunOne() && !_storage.AnswerOne(alsoHanging: true))
            {
                // Whoever waits for time to pass gets it.
                idle++;
                _kernel.Advance(100_000);
            }
        }

        _calls.RequireAllEnded();
    }

    [GeneratedRegex("\"v[0-9]+-x*\"")]
    private static partial Regex Value();
}
