using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains;

/// <summary>What <c>/sync</c> shows: the scheduler says which collections wait, and each of those how much of it.</summary>
internal sealed class SyncStatus(SaveScheduler saves, IGrainFactory grains, TimeProvider clock) : ISyncStatus
{
    // Beyond these the rest is taken to be like them: a question must not bring ten thousand collections into memory.
    private const int CollectionsAsked = 256;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SyncTarget>> Read(CancellationToken ct)
    {
        var targets = new List<SyncTarget>();
        foreach (var report in saves.Secondaries)
        {
            targets.Add(await Read(report, ct));
        }

        return targets;
    }

    private async Task<SyncTarget> Read(SecondaryReport report, CancellationToken ct)
    {
        var waiting = report.Waiting.Where(static collection => collection.Key != Collection.SystemKey).ToArray();
        var asked = waiting.Take(CollectionsAsked)
            .Select(collection => grains.GetGrain<ICollectionControl>(collection.Key).Lag(collection.Value)).ToArray();
        var answers = await Answers(asked, ct);
        var share = answers.Length == 0 ? 0 : (double)waiting.Length / answers.Length;
        var bytes = (long)(answers.Sum(static lag => lag.Bytes) * share);
        return new SyncTarget
        {
            Name = report.Name,
            Device = report.Standing.Device,
            IsCompared = report.IsCompared,
            Collections = waiting.Length,
            Entries = (long)(answers.Sum(static lag => lag.Entries) * share),
            Bytes = bytes,
            OldestAt = Oldest(waiting.Length, answers, report.WaitingSince),
            EstimatedFinish = Finish(report, bytes),
            LastSuccess = report.LastSuccess,
            LastError = report.LastFailure,
            Fault = report.Fault,
            Refusals = report.Standing.Refusal is { } refusal ? [refusal, .. report.Ahead] : report.Ahead,
        };
    }

    /// <summary>Those that came in time.</summary>
    private static async Task<LagAnswer[]> Answers(Task<LagAnswer>[] asked, CancellationToken ct)
    {
        await ((Task)Task.WhenAll(asked).WaitAsync(Limit, ct)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        return [.. asked.Where(static lag => lag.IsCompletedSuccessfully).Select(static lag => lag.Result)];
    }

    private static DateTimeOffset? Oldest(int waiting, LagAnswer[] answers, DateTimeOffset? since)
    {
        var oldest = answers.Where(static lag => lag.OldestVersion > 0).Select(static lag => lag.OldestVersion).DefaultIfEmpty(long.MaxValue).Min();
        return waiting == 0 ? null : oldest == long.MaxValue ? since : DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(oldest);
    }

    private DateTimeOffset? Finish(SecondaryReport report, long bytes) =>
        bytes > 0 && report.IsCompared && report.Fault is null && report.Standing.BytesPerSecond is > 0 and var rate
            ? clock.GetUtcNow() + TimeSpan.FromSeconds(bytes / rate)
            : null;
}
