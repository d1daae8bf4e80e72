using System.Diagnostics;
using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Kill;

/// <summary>One data directory through many lives of the service, each ended at a moment that the seed chooses.</summary>
internal sealed class KillRounds(int seed, Action<string> say)
{
    private const int Writers = 16;
    private const int MostFurtherTries = 20;

    // A machine with more to do than this test must not make a round endless.
    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(5);

    private readonly WriteOracle _oracle = new();
    private readonly TrafficCounts _counts = new();
    private readonly Dictionary<KillMoment, int> _moments = [];
    private SavedState _saved = new() { Saves = 0, Snapshots = 0, UnfinishedSnapshots = 0, MostChunks = 0, FirstSegment = 0, LastSegment = 0, Quarantines = [] };
    private int _rounds;
    private int _doubtKept;
    private int _doubtDropped;
    private int _killedInSnapshot;
    private int _killedInClear;

    public TrafficCounts Counts => _counts;

    /// <summary>What was saved when the last round had ended.</summary>
    public SavedState Saved => _saved;

    /// <summary>Rounds that ended with a snapshot begun and not finished.</summary>
    public int KilledInSnapshot => _killedInSnapshot;

    /// <summary>Rounds that ended with a delete of a namespace or collection sent and not answered.</summary>
    public int KilledInClear => _killedInClear;

    /// <summary>Sets without an answer: the process was killed between their request and their answer.</summary>
    public int InDoubt => _doubtKept + _doubtDropped;

    /// <returns>What went wrong in the first round that had something wrong; empty when nothing did.</returns>
    public async Task<string> Run(int rounds, ServiceDirectory directory)
    {
        var began = Stopwatch.GetTimestamp();

        // Snapshots are rare and short. Left to chance, many a run would end without a kill in one; about every second try meets it.
        for (_rounds = 0; _rounds < rounds || (_killedInSnapshot == 0 && _rounds < rounds + MostFurtherTries); _rounds++)
        {
            var random = new Random(HashCode.Combine(seed, _rounds));
            if (await Round(KillPlan.Draw(random, inSnapshot: _rounds % 5 == 4 || _rounds >= rounds), directory, random.Next()) is { Count: > 0 } faults)
            {
                return $"Seed {seed}, round {_rounds}, {faults.Count} faults\n{string.Join('\n', faults.Take(10))}";
            }
        }

        // What the last kill left.
        await using var service = await ServiceProcess.Start(directory, new ServiceSetup().With("Limits:ValueBytes", "1024"));
        var last = await Check(service);
        await service.Stop();
        say($"{_rounds} rounds in {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s, seed {seed}: {Figures()}");
        return string.Join('\n', last);
    }

    /// <summary>What was hit.</summary>
    public string Figures() =>
        $"{string.Join(", ", _moments.Select(static m => $"{m.Value} {m.Key}"))}; {_counts}; {_saved.Saves} saves, {_saved.Snapshots} snapshots of up to {_saved.MostChunks} chunks, "
        + $"{_saved.LastSegment} segments of which {_saved.FirstSegment - 1} were given up; killed with {_doubtKept} sets in doubt that came to be and {_doubtDropped} that did not, "
        + $"{_killedInSnapshot} times in a snapshot, {_killedInClear} times in a delete of a namespace or collection";

    private async Task<IReadOnlyCollection<string>> Round(KillPlan plan, ServiceDirectory directory, int trafficSeed)
    {
        await using var service = await ServiceProcess.Start(directory, plan.Setup);
        using var client = new KvClient(service.Address);
        var faults = await Check(service);
        if (faults.Count > 0)
        {
            return faults;
        }

        await using var traffic = RandomTraffic.Start(_oracle, client, _counts, Writers, trafficSeed);
        await WaitForMoment(plan, traffic, Path.Combine(directory.DataPath, "edgeorleans.db"));
        var endedAt = _oracle.Now();
        var exit = plan.Moment == KillMoment.Never ? await service.Stop() : await service.Kill();
        await traffic.Stop();
        _moments[plan.Moment] = _moments.GetValueOrDefault(plan.Moment) + 1;
        _saved = SavedState.Read(directory.DataPath);
        _killedInSnapshot += _saved.UnfinishedSnapshots > 0 ? 1 : 0;
        _killedInClear += _oracle.Collections.Any(c => c.Clears().Any(clear => clear.Answer == Answer.InDoubt && clear.SentAt < endedAt)) ? 1 : 0;
        return [.. traffic.Faults, .. FaultsOf(plan, exit, client)];
    }

    private IEnumerable<string> FaultsOf(KillPlan plan, ServiceExit exit, KvClient client)
    {
        if (plan.Moment == KillMoment.Never && (exit.Code != 0 || exit.StopTime > TimeSpan.FromSeconds(5)))
        {
            yield return $"SIGTERM: exit code {exit.Code} after {exit.StopTime.TotalSeconds:F1} s\n{string.Join('\n', exit.Output)}";
        }

        if (client.HasTimedOut)
        {
            yield return $"a request was not answered for 30 seconds\n{string.Join('\n', exit.Output)}";
        }

        if (exit.Errors.Count > 0 || exit.Output.Any(static line => line.Contains(" crit: ", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal)))
        {
            yield return $"the log has errors\n{string.Join('\n', exit.Output.Concat(exit.Errors))}";
        }

        if (_saved.Quarantines.Count > 0)
        {
            yield return $"a kill damages nothing, but the journal set aside {string.Join(' ', _saved.Quarantines)}";
        }
    }

    private async Task WaitForMoment(KillPlan plan, RandomTraffic traffic, string database)
    {
        using var limit = new CancellationTokenSource(RoundLimit);
        for (var enough = _counts.Acknowledged + plan.Writes; _counts.Acknowledged < enough && !limit.IsCancellationRequested && traffic.Faults.Count == 0;)
        {
            await Task.Delay(1);
        }

        if (plan.Moment == KillMoment.WhileDeleting)
        {
            await Task.WhenAny(traffic.NextClear, Task.Delay(RoundLimit));
        }

        // Timers are too coarse for the moments within one write.
        var begin = Stopwatch.GetTimestamp();
        if (plan.Moment == KillMoment.WhileSaving)
        {
            var log = database + "-wal";
            for (var before = File.GetLastWriteTimeUtc(log); File.GetLastWriteTimeUtc(log) == before && Stopwatch.GetElapsedTime(begin) < RoundLimit;)
            {
                Thread.Yield();
            }

            begin = Stopwatch.GetTimestamp();
        }

        if (plan.Moment == KillMoment.WhileSnapshotting)
        {
            using var watch = new SnapshotWatch(database);
            while (!watch.HasSeenChunk && Stopwatch.GetElapsedTime(begin) < RoundLimit)
            {
                Thread.Yield();
            }

            begin = Stopwatch.GetTimestamp();
        }

        while (Stopwatch.GetElapsedTime(begin) < plan.Delay)
        {
            Thread.Yield();
        }
    }

    private async Task<IReadOnlyCollection<string>> Check(ServiceProcess service)
    {
        using var client = new KvClient(service.Address);
        var check = new RestartCheck(_oracle, client);
        var faults = await check.Run();
        _doubtKept += check.DoubtKept;
        _doubtDropped += check.DoubtDropped;

        // A round with a smaller journal than the one before begins with a full one, until that is saved.
        var health = await Running.Until(client.Health, static reply => reply.Status == 200);
        return health.Status == 200 && health.Raw("warnings") is null
            ? faults
            : [.. faults, $"/health after a restart: {health}\n{string.Join('\n', service.Output)}"];
    }
}
