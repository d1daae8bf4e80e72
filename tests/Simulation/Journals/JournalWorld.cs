using EdgeOrleans.Journal;
using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Disk;
using EdgeOrleans.Simulation.Judgement;
using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Running;

namespace EdgeOrleans.Simulation.Journals;

/// <summary>The journal alone: appended to, pumped, trimmed, killed, cut and opened again, some lives long.</summary>
internal sealed class JournalWorld
{
    private readonly SeedRun _run;
    private readonly SeededRandom _random;
    private readonly Trace _trace;
    private readonly SimulatedDisk _disk;
    private readonly SimulatedKernel _kernel = new();
    private readonly OwnerModel[] _owners;
    private readonly JournalOptions _options;
    private readonly List<CommitGroup> _groups = [];
    private readonly Temper _temper;
    private readonly SeededRandom _generations;
    private readonly DamageLedger _damage;
    private readonly Adversity _adversity;
    private FlashJournal? _journal;
    private long _nextId = 1;
    private long _durableClockMicros;
    private bool _hasDurable;
    private bool _isLast;

    private JournalWorld(SeedRun run)
    {
        _run = run;
        _random = run.Random;
        _trace = run.Trace;
        _disk = new SimulatedDisk(_random.Fork(), _trace);
        _temper = new Temper(_random);
        _generations = _random.Fork();
        _damage = new DamageLedger(_disk, _trace, run.Counts);
        _adversity = new Adversity(_temper, _random, _disk, _kernel, _damage, _trace);
        _owners = [.. Enumerable.Range(0, _random.Between(1, 4)).Select(i => new OwnerModel($"ns/owner-{i}"))];
        _options = new JournalOptions
        {
            SegmentBytes = 64 * 1024,
            MaxBytes = _random.Between(6, 9) * 64 * 1024,
            MaxRecordBytes = 16 * 1024,
            MaxPendingBytes = 64 * 1024,
            ReserveBytes = _random.Below(3) * 64 * 1024,
        };
    }

    /// <summary>Plays one seed.</summary>
    public static void Play(SeedRun run) => new JournalWorld(run).Play();

    private void Play()
    {
        var lives = _random.Between(3, 7);
        for (var life = 1; life <= lives; life++)
        {
            _trace.Add($"life {life}{(life == lives ? ", the last, without faults" : "")}");
            Live(isLast: life == lives);
            _run.Counts.Add("lives");
        }

        _run.Counts.Add("disk operations", _disk.OperationCount);
        _run.Counts.Add("sectors damaged", _disk.DamageCount);
    }

    private void Live(bool isLast)
    {
        _isLast = isLast;
        _kernel.Boot(Temper.WallOffset(_random));
        _adversity.BeginLife(isLast);
        try
        {
            if (!Open())
            {
                Die();
                return;
            }

            var steps = isLast ? 5 : _random.Below(_temper.MaxSteps);
            for (var i = 0; i < steps; i++)
            {
                Step();
            }

            if (isLast)
            {
                CheckLiveness();
                return;
            }
        }
        catch (ProcessGoneException) when (_disk.IsCut || _disk.IsKilled)
        {
        }

        Die();
    }

    /// <summary>The end of a life: the power cut that came, a kill, or a clean close.</summary>
    private void Die()
    {
        _adversity.EndLife();
        if (_journal is not null)
        {
            // What it reported is known after its end, too.
            _damage.Name(_journal.DamagedOwners);
        }

        if (_disk.IsCut)
        {
            _run.Counts.Add("cuts");
        }
        else if (_disk.IsKilled || _random.Coin())
        {
            _trace.Add($"  kill");
            _run.Counts.Add("kills");
        }
        else if (_journal is not null)
        {
            _trace.Add($"  close");
            try
            {
                _journal.Dispose();
                Acknowledge();
            }
            catch (ProcessGoneException) when (_disk.IsCut || _disk.IsKilled)
            {
            }
        }

        _disk.Unmount();
        _journal = null;
        _groups.Clear();
        _adversity.PassTimeOff();
    }

    /// <returns>Whether the journal serves.</returns>
    private bool Open()
    {
        _damage.Starting();
        try
        {
            _journal = FlashJournal.OpenSimulated(
                MutatedDisk.Around(_disk.Mount(), _run.Mutant),
                _options,
                new JournalSeams(InlineCompletions: true, _generations.NextBits, _run.Mutant != Mutant.NewestFrameNotCarried));
        }
        catch (IOException exception) when (_disk.Faults is { IsReadOnly: true } or { FlushFailuresPerMille: > 0 } or { NameFlushFailuresPerMille: > 0 })
        {
            _trace.Add($"  open fails: {exception.Message}");
            _run.Counts.Add("failed opens");
            return false;
        }

        _journal.UseClock(_kernel);
        var recovery = _journal.Recovery;
        _trace.Add($"  opened: {recovery.Segments} segments, {recovery.Frames} frames, {recovery.LiveRecords} live records, clock floor {recovery.ClockFloorMicros}");
        if (recovery.IsFresh && _hasDurable && _disk.DamageCount == 0)
        {
            throw new OracleException("the journal calls itself fresh, and it had durable records");
        }

        foreach (var model in _owners)
        {
            var owner = _journal.OwnerOf(model.Key);
            _trace.Add($"    {owner.Key}: trimmed through {owner.TrimmedSequence}, last {owner.LastSequence}, tail {owner.HasTail}");
        }

        _damage.Started(recovery);
        CheckOwners(isRecovery: true);
        return true;
    }

    private void CheckOwners(bool isRecovery)
    {
        foreach (var model in _owners)
        {
            model.Check(_journal!.OwnerOf(model.Key), isRecovery, () => IsReportedDamaged(model.Key), _damage.WasOutOfRoom);
        }

        var unsaved = _journal!.OwnersToSave(int.MaxValue);
        var since = unsaved.Select(owner => owner.UnsavedSinceMicros).ToList();
        if (!unsaved.ToHashSet().SetEquals(_owners.Select(model => _journal.OwnerOf(model.Key)).Where(owner => owner.HasTail))
            || !since.SequenceEqual(since.Order())
            || _journal.Pressure.OldestUnsavedSinceMicros != since.FirstOrDefault())
        {
            throw new OracleException($"those to be saved are not those with a tail, the oldest first: {string.Join(", ", unsaved.Select(owner => $"{owner.Key} since {owner.UnsavedSinceMicros}"))}");
        }
    }

    private bool IsReportedDamaged(string owner)
    {
        _damage.Name(_journal!.DamagedOwners);
        return _damage.Covers(owner);
    }

    private void Step()
    {
        _kernel.Advance(_random.Between(1, 5_000));
        switch (_random.Below(16))
        {
            case < 7:
                Append();
                break;
            case < 12:
                Pump(_random.Between(1, 4));
                break;
            case 12:
                Trim(_owners[_random.Below(_owners.Length)], _random.Coin());
                break;
            case 13:
                SaveOldest();
                break;
            case 14:
                CheckOwners(isRecovery: false);
                break;
            default:
                if (!_isLast)
                {
                    Disturb();
                }

                break;
        }
    }

    private void Append()
    {
        var model = _owners[_random.Below(_owners.Length)];
        var records = new JournalRecord[_random.Below(4) == 0 ? _random.Between(2, 6) : 1];
        for (var i = 0; i < records.Length; i++)
        {
            var bytes = _random.PerMille(_temper.LargePerMille) ? _random.Between(1000, 16_000) : _random.Between(8, 200);
            records[i] = new JournalRecord(model.NextSequence + i, OwnerModel.Payload(_nextId++, bytes));
        }

        var reclaims = _random.PerMille(50);
        var owner = _journal!.OwnerOf(model.Key);
        if (!_journal.TryAppend(owner, records, reclaims, out var group, out var refusal))
        {
            _trace.Add($"  append {records.Length} to {model.Key} from {model.NextSequence}: {refusal}");
            _run.Counts.Add($"appends refused {refusal}");
            _damage.Saw(_journal.Pressure.State);
            if (refusal == AppendRefusal.None || (refusal == AppendRefusal.Failed) != (_journal.Failure is not null))
            {
                throw new OracleException($"append refused with {refusal}, failure: {_journal.Failure}");
            }

            return;
        }

        _trace.Add($"  append {records.Length} to {model.Key} from {model.NextSequence}: group {group.Position}");
        _run.Counts.Add("records appended", records.Length);
        foreach (var record in records)
        {
            model.Send(record.Sequence, record.Payload.ToArray(), group.Position);
        }

        if (_groups.Count == 0 || _groups[^1] != group)
        {
            _groups.Add(group);
        }
    }

    private void Pump(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var now = _kernel.WallMicros;
            var position = _journal!.DurablePosition;
            var worked = _journal.RunOnce();
            _damage.Saw(_journal.Pressure.State);
            _trace.Add($"  pump: {(worked ? "worked" : "idle")}, durable through {_journal.DurablePosition}{(_journal.Failure is null ? "" : ", FAILED")}");
            if (_journal.DurablePosition > position)
            {
                _durableClockMicros = Math.Max(_durableClockMicros, now);
            }

            Acknowledge();
            if (!worked)
            {
                break;
            }
        }
    }

    private void Acknowledge()
    {
        var durable = _journal!.DurablePosition;
        while (_groups.Count > 0 && _groups[0].Outcome.IsCompleted)
        {
            var group = _groups[0];
            _groups.RemoveAt(0);
            var outcome = group.Outcome.Result;
            if ((outcome == CommitOutcome.Durable) != (group.Position <= durable))
            {
                throw new OracleException($"group {group.Position} is {outcome}, and the durable position is {durable}");
            }

            if (outcome == CommitOutcome.Durable)
            {
                _hasDurable = true;
                foreach (var owner in _owners)
                {
                    owner.Acknowledge(group.Position);
                }
            }
            else if (_journal.Failure is null)
            {
                throw new OracleException($"group {group.Position} failed, and the journal does not say so");
            }
        }
    }

    private void Trim(OwnerModel model, bool all)
    {
        var sequence = all ? model.DurableSequence : (long)_random.Below((int)model.DurableSequence + 1);
        if (sequence <= 0)
        {
            return;
        }

        _trace.Add($"  trim {model.Key} through {sequence}");
        model.Trim(sequence);
        _journal!.Trim(_journal.OwnerOf(model.Key), sequence);
    }

    private void SaveOldest()
    {
        foreach (var owner in _journal!.OwnersToSave(_random.Between(1, 3)))
        {
            Trim(_owners.Single(model => model.Key == owner.Key), all: true);
        }
    }

    private void Disturb()
    {
        switch (_random.Below(4))
        {
            case 0 when _temper.RunsShortOfRoom:
                _adversity.ChangeRoom();
                break;
            case 1 when _random.PerMille(_temper.ReadOnlyPerMille):
                _adversity.TurnReadOnly();
                break;
            case 2 when _random.PerMille(_temper.DamagePerMille):
                _disk.DamageSomething();
                break;
            default:
                _adversity.LetTimePass();
                break;
        }
    }

    /// <summary>With a sound disk and a primary that has everything, the journal takes writes and lets its segments go.</summary>
    private void CheckLiveness()
    {
        foreach (var model in _owners)
        {
            Trim(model, all: true);
        }

        Pump(1000);
        for (var i = 0; i < 3; i++)
        {
            Append();
            Pump(1000);
        }

        if (_groups.Count > 0 || _journal!.Failure is not null)
        {
            throw new OracleException($"a sound disk with room, and {_groups.Count} groups do not become durable; failure: {_journal!.Failure}");
        }

        CheckOwners(isRecovery: false);
        if (_disk.UsedBytes > _options.MaxBytes + (2 * _options.SegmentBytes) && _disk.DamageCount == 0)
        {
            throw new OracleException($"the journal takes {_disk.UsedBytes} bytes, more than its limit of {_options.MaxBytes}");
        }
    }
}
