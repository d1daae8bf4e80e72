using System.Collections.Concurrent;
using EdgeOrleans.Journal;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// Decides when collections are saved to which target, and lets the journal drop what the primary target durably has.
/// A pump: <see cref="RunOnce"/> never waits, so that the simulator drives it as production does.
/// </summary>
/// <remarks>
/// The order that the journal's trust rests on: a save has returned, then everything written is made durable by a call begun after
/// that, then the journal is trimmed up to what that save came to. Only the primary target does this.
/// </remarks>
public sealed class SaveScheduler
{
    // A checkpoint flushes the database, so it waits until all that is due has been saved, for so many collections,
    // or for so long, since one collection whose save hangs must not keep the others from being trimmed.
    // So many are asked for at once, too: the journal is looked at again once a checkpoint has its share, and not at each save.
    private const int MaxUnflushed = 64;
    private static readonly TimeSpan FlushAfter = TimeSpan.FromSeconds(2);

    // While the journal fills, sooner: sixty-four large collections are all that it holds.
    private static readonly TimeSpan FlushUnderPressureAfter = TimeSpan.FromMilliseconds(200);

    // A collection that has nothing to give although the journal has records of it is not asked again and again.
    private static readonly TimeSpan FruitlessAgainAfter = TimeSpan.FromSeconds(1);

    private readonly FlashJournal _journal;
    private readonly Func<string, int, Task<SaveResult>> _save;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Action> _returned = [];
    private readonly SaveQueue _primary;
    private readonly SecondaryQueue[] _secondaries;
    private readonly Dictionary<string, long> _fruitlessAt = [];
    private Dictionary<string, (long Sequence, long Epoch)> _unflushed = [];
    private Dictionary<string, (long Sequence, long Epoch)>? _flushing;
    private long _unflushedSince;
    private long _knownEpoch;
    private bool _isUnderPressure;
    private bool _saveAll = true;

    /// <param name="journal">Says what has to be saved, and is trimmed.</param>
    /// <param name="targets">The process's targets, the primary first.</param>
    /// <param name="save">Asks a collection to save to the target of that number; a grain call.</param>
    /// <param name="clock">The service clock, which the journal's times are of.</param>
    /// <param name="random">Spreads retries.</param>
    /// <param name="logger">Told when a target begins to fail and when it is over.</param>
    public SaveScheduler(
        FlashJournal journal,
        IReadOnlyList<WriteBehindTarget> targets,
        Func<string, int, Task<SaveResult>> save,
        TimeProvider clock,
        Random random,
        ILogger logger)
    {
        _journal = journal;
        _save = save;
        _clock = clock;
        _logger = logger;
        if (targets.Count == 0 || !targets[0].IsPrimary || targets.Skip(1).Any(t => t.IsPrimary))
        {
            throw new ArgumentException("The first target, and no other, is the primary.", nameof(targets));
        }

        _primary = new SaveQueue(targets[0], 0, clock, random);
        _knownEpoch = targets[0].Rows.Epoch;
        _secondaries = [.. targets.Skip(1).Select((target, i) => new SecondaryQueue(new SaveQueue(target, i + 1, clock, random), journal, clock))];
    }

    /// <summary>Called, from any thread, when <see cref="RunOnce"/> may have something to do before time alone gives it something.</summary>
    public Action? Woken { get; set; }

    /// <summary>Whether nothing is under way and nothing can be done now: all is saved, or what is not waits for a failing target.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return !_saveAll && _flushing is null && _returned.IsEmpty
                    && !_secondaries.Any(s => s.IsComparing || s.MustCompare)
                    && Queues().All(q => q.Running == 0 && !q.HasReady)
                    && (_unflushed.Count == 0 || _primary.IsBackingOff);
            }
        }
    }

    /// <summary>What an operator should know, as sentences: targets that fail, collections that a target will not take.</summary>
    public IReadOnlyList<string> Warnings => Locked<IReadOnlyList<string>>(
        () => [.. Queues().SelectMany(q => q.Target.Rows.Warnings.Concat(q.Warnings)), .. _secondaries.SelectMany(s => s.Ahead.Values)]);

    /// <summary>How each target fares, the primary first.</summary>
    internal IReadOnlyList<TargetStanding> Standings => Locked<IReadOnlyList<TargetStanding>>(() => [.. Queues().Select(q => q.Standing)]);

    /// <summary>How each secondary target stands.</summary>
    public IReadOnlyList<SecondaryReport> Secondaries => Locked<IReadOnlyList<SecondaryReport>>(() => [.. _secondaries.Select(static s => s.Report())]);

    /// <summary>Saves everything that is not saved now, and tries failing targets once more; from any thread.</summary>
    public void RequestAll()
    {
        lock (_gate)
        {
            _saveAll = true;
            foreach (var queue in Queues())
            {
                queue.SkipBackoff();
            }
        }

        Woken?.Invoke();
    }

    /// <summary>Takes note of what has returned and starts what is due.</summary>
    /// <returns>Whether anything was done.</returns>
    public bool RunOnce()
    {
        lock (_gate)
        {
            var hasProgress = TakeReturned();
            FindDue();
            hasProgress |= StartSaves(_primary);
            foreach (var secondary in _secondaries)
            {
                hasProgress |= StartComparison(secondary) || (secondary.IsCompared && StartSaves(secondary.Queue));
            }

            return StartFlush() || hasProgress;
        }
    }

    private T Locked<T>(Func<T> look)
    {
        lock (_gate)
        {
            return look();
        }
    }

    private IEnumerable<SaveQueue> Queues() => _secondaries.Select(s => s.Queue).Prepend(_primary);

    private bool TakeReturned()
    {
        var hasProgress = false;
        while (_returned.TryDequeue(out var returned))
        {
            returned();
            hasProgress = true;
        }

        return hasProgress;
    }

    private void FindDue()
    {
        if (_primary.Target.Rows.Epoch is var epoch && epoch != _knownEpoch)
        {
            // The rows are gone, and the journal has let go of what was in them: loaded collections are all that is left of it.
            _knownEpoch = epoch;
            foreach (var key in _primary.Target.OpenCollections())
            {
                _primary.Add(key);
            }
        }

        var isForced = _saveAll;
        var pressure = _journal.Pressure;
        _isUnderPressure = pressure.State is JournalState.BacklogFull or JournalState.NoRoom || pressure.HeldBytes >= pressure.LimitBytes / 2;
        if (pressure.OldestUnsavedSinceMicros == 0)
        {
            // Idle: nothing is looked at, nothing is written.
            _saveAll = false;
        }
        else if (_saveAll)
        {
            _saveAll = false;
            foreach (var owner in _journal.OwnersToSave(int.MaxValue))
            {
                _primary.Add(owner.Key);
            }
        }
        else if (_primary.HasReady)
        {
            // What was found due is still to be begun.
        }
        else if (_isUnderPressure)
        {
            AskOldest(TimeSpan.MinValue);
        }
        else if (AgeOf(pressure.OldestUnsavedSinceMicros) >= _primary.Target.SaveAfter)
        {
            // What is half as old comes along, so that one checkpoint serves for more.
            AskOldest(_primary.Target.SaveAfter / 2);
        }

        foreach (var secondary in _secondaries)
        {
            secondary.FindDue(isForced);
        }
    }

    private void AskOldest(TimeSpan leastAge)
    {
        foreach (var (key, at) in _fruitlessAt)
        {
            if (_clock.GetElapsedTime(at) >= FruitlessAgainAfter)
            {
                _fruitlessAt.Remove(key);
            }
        }

        var asked = _primary.Count + _unflushed.Count + (_flushing?.Count ?? 0) + _fruitlessAt.Count;
        var due = _journal.OwnersToSave(MaxUnflushed + asked)
            .TakeWhile(owner => AgeOf(owner.UnsavedSinceMicros) >= leastAge)
            .Where(owner => !IsAsked(owner.Key))
            .Take(MaxUnflushed);
        foreach (var owner in due)
        {
            _primary.Add(owner.Key);
        }
    }

    // What is saved and waits for its flush is still in the journal.
    private bool IsAsked(string key) =>
        _primary.Contains(key) || _unflushed.ContainsKey(key) || _flushing?.ContainsKey(key) == true || _fruitlessAt.ContainsKey(key);

    private TimeSpan AgeOf(long micros) => _clock.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromMicroseconds(micros);

    private bool StartSaves(SaveQueue queue)
    {
        var hasProgress = false;
        while (queue.TryStart(out var next))
        {
            hasProgress = true;
            var key = next;
            var epoch = queue.Target.Rows.Epoch;
            _ = Call(() => _save(key, queue.Number), result => Saved(queue, key, epoch, result));
        }

        return hasProgress;
    }

    /// <summary>What a secondary lacked when an earlier process ended shows when the two are compared; before that nothing is written to it.</summary>
    private bool StartComparison(SecondaryQueue secondary)
    {
        if (!secondary.MustCompare)
        {
            return false;
        }

        _ = Call(() => secondary.Compare(_primary.Target.Rows), result => Compared(secondary, result));
        return true;
    }

    private void Compared(SecondaryQueue secondary, SaveResult result)
    {
        secondary.EndComparison();
        if (result.Outcome == SaveOutcome.Failed)
        {
            SaveLog.Failed(_logger, secondary.Queue.TargetFailed(result.Message!), secondary.Queue.Target.Name, "", result.Message!);
            return;
        }

        Works(secondary.Queue, null);
        foreach (var message in secondary.Ahead.Values)
        {
            SaveLog.Ahead(_logger, message);
        }
    }

    private void Saved(SaveQueue queue, string key, long epoch, SaveResult result)
    {
        queue.End(key);
        SaveMeter.Saves.Add(1, new("target", queue.Target.Name), new("outcome", SaveMeter.NameOf(result.Outcome)));
        switch (result.Outcome)
        {
            case SaveOutcome.UpToDate or SaveOutcome.Saved:
                Works(queue, key);
                if (queue.Target.IsPrimary)
                {
                    // Found up to date is not yet durable either: a process before this one may have died before it flushed.
                    _unflushedSince = _unflushed.Count == 0 ? _clock.GetTimestamp() : _unflushedSince;
                    _unflushed[key] = (result.Sequence, epoch);
                    foreach (var secondary in _secondaries)
                    {
                        secondary.PrimarySaved(key, result.Sequence);
                    }
                }
                else
                {
                    SecondaryOf(queue).Saved(key, result.Sequence);
                }

                break;
            case SaveOutcome.Ahead when !queue.Target.IsPrimary:
                if (SecondaryOf(queue).IsAhead(key, result.Message!))
                {
                    SaveLog.Ahead(_logger, result.Message!);
                    _ = Call(() => SecondaryOf(queue).KeepAhead(key, result), static _ => { });
                }

                break;
            default:
                var message = result.Message ?? result.Outcome.ToString();
                SaveLog.Failed(_logger, queue.Failed(key, message), queue.Target.Name, key, message);
                break;
        }
    }

    private SecondaryQueue SecondaryOf(SaveQueue queue) => _secondaries[queue.Number - 1];

    private bool StartFlush()
    {
        var isDue = _unflushed.Count > 0 && _flushing is null && !_primary.IsBackingOff
            && (_unflushed.Count >= MaxUnflushed || (_primary.Running == 0 && !_primary.HasReady)
                || _clock.GetElapsedTime(_unflushedSince) >= (_isUnderPressure ? FlushUnderPressureAfter : FlushAfter));
        if (!isDue)
        {
            return false;
        }

        _flushing = _unflushed;
        _unflushed = [];
        _ = Call(
            async () =>
            {
                await _primary.Target.Rows.MakeDurable(CancellationToken.None);
                return new SaveResult(SaveOutcome.Saved, 0, null);
            },
            Flushed);
        return true;
    }

    private void Flushed(SaveResult result)
    {
        var saved = _flushing!;
        _flushing = null;
        if (result.Outcome == SaveOutcome.Failed)
        {
            foreach (var (key, save) in saved)
            {
                _unflushed.TryAdd(key, save);
            }

            SaveLog.Failed(_logger, _primary.TargetFailed(result.Message!), _primary.Target.Name, "", result.Message!);
            return;
        }

        Works(_primary, null);
        foreach (var (key, save) in saved)
        {
            if (save.Epoch == _primary.Target.Rows.Epoch)
            {
                Trim(_journal.OwnerOf(key), save.Sequence);
            }
            else
            {
                // It was saved to a database that has been set aside since.
                _primary.Add(key);
            }
        }
    }

    private void Trim(JournalOwner owner, long sequence)
    {
        if (owner.HasTail && sequence <= owner.TrimmedSequence)
        {
            _fruitlessAt[owner.Key] = _clock.GetTimestamp();
        }

        _journal.Trim(owner, sequence);
    }

    /// <summary>Makes a call and hands its result, or its failure, to the pump. Each call is waited for to its end, however long that is.</summary>
    private async Task Call(Func<Task<SaveResult>> call, Action<SaveResult> returned)
    {
        SaveResult result;
        try
        {
            result = await call();
        }
        catch (Exception e)
        {
            result = new SaveResult(SaveOutcome.Failed, 0, e.Message);
        }

        _returned.Enqueue(() => returned(result));
        Woken?.Invoke();
    }

    private void Works(SaveQueue queue, string? key)
    {
        if (queue.Succeeded(key) is { } since)
        {
            SaveLog.Working(_logger, queue.Target.Name, (long)(_clock.GetUtcNow() - since).TotalSeconds);
        }
    }
}
