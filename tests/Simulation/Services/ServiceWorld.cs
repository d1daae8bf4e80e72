using EdgeOrleans.Grains;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Journal;
using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Disk;
using EdgeOrleans.Simulation.Judgement;
using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Running;
using EdgeOrleans.Simulation.Storage;

namespace EdgeOrleans.Simulation.Services;

/// <summary>The whole service but for HTTP and Orleans: clients, collections, catalog, journal, write-behind and its targets, some lives long.</summary>
internal sealed class ServiceWorld
{
    private const string CatalogKey = "/";

    private readonly SeedRun _run;
    private readonly SeededRandom _random;
    private readonly Trace _trace;
    private readonly Temper _temper;
    private readonly Names _names;
    private readonly VersionOracle _oracle;
    private readonly SharedOracle _shared;
    private readonly SimulatedDisk _disk;
    private readonly SimulatedKernel _kernel = new();
    private readonly ClockCheck _clockCheck;
    private readonly DamageLedger _damage;
    private readonly Adversity _adversity;
    private readonly SimulatedStorage[] _storages;
    private readonly SeededRandom _generations;
    private readonly long _reserveBytes;
    private readonly LimitsOptions _limits;
    private ServiceLife? _life;
    private bool _isLast;

    private ServiceWorld(SeedRun run)
    {
        _run = run;
        _random = run.Random;
        _trace = run.Trace;
        _temper = new Temper(_random);
        _names = new Names(_random);
        _oracle = new VersionOracle(_trace)
        {
            IsReportedDamaged = IsReportedDamaged,
            IsCatalogReportedDamaged = () => IsReportedDamaged(CatalogKey),
        };
        _disk = new SimulatedDisk(_random.Fork(), _trace);
        _generations = _random.Fork();
        _clockCheck = new ClockCheck(_kernel);
        _damage = new DamageLedger(_disk, _trace, run.Counts);
        _adversity = new Adversity(_temper, _random, _disk, _kernel, _damage, _trace);
        _shared = new SharedOracle(() => _damage.IsAnythingDamaged);
        _storages = [new SimulatedStorage("primary", isLocal: true, _random.Fork(), _trace)];
        if (_temper.HasSecondary)
        {
            _storages = [.. _storages, new SimulatedStorage("secondary", isLocal: false, _random.Fork(), _trace)];
        }

        _reserveBytes = _random.Below(3) * 64 * 1024;
        _limits = new LimitsOptions { ValueBytes = 8 * 1024, CollectionBytes = 64 * 1024, Collections = 20, Namespaces = 5 };
    }

    /// <summary>Plays one seed.</summary>
    public static void Play(SeedRun run) => new ServiceWorld(run).Play();

    private void Play()
    {
        var lives = _random.Between(2, 5);
        for (var life = 1; life <= lives; life++)
        {
            _isLast = life == lives;
            _trace.Add($"life {life}{(_isLast ? ", the last" : "")}");
            Live();
            _run.Counts.Add("lives");
        }

        _run.Counts.Add("disk operations", _disk.OperationCount);
        _run.Counts.Add("acknowledged", _oracle.AcknowledgedCount);
        _run.Counts.Add("checks settled by the shared oracle", _shared.SettledCount);
        _run.Counts.Add("rows saved", _storages.Sum(storage => storage.WriteCount));
    }

    private void Live()
    {
        _kernel.Boot(Temper.WallOffset(_random));
        _adversity.BeginLife(_isLast);
        foreach (var storage in _storages)
        {
            storage.Heal();
            _temper.Trouble(storage.Faults, _random);
        }

        try
        {
            if (Open() is { } life)
            {
                if (_random.Coin())
                {
                    Check(life);
                }

                var steps = _random.Below(_temper.MaxSteps * 4);
                for (var i = 0; i < steps; i++)
                {
                    Step(life);
                }

                if (_isLast || _random.Below(4) == 0)
                {
                    Check(life);
                }
            }
        }
        catch (ProcessGoneException) when (_disk.IsCut || _disk.IsKilled)
        {
        }
        catch (OracleException fault) when (_run.IsSharedOracleAlone && fault is not SharedOracleException)
        {
            _trace.Add($"  not judged: {fault.Message}");
        }

        if (_isLast && (_disk.IsCut || _disk.IsKilled))
        {
            throw new OracleException("the last life was cut");
        }

        Die();
    }

    private void Die()
    {
        _adversity.EndLife();
        _run.Counts.Add(_disk.IsCut ? "cuts" : "kills");
        if (!_disk.IsCut)
        {
            _trace.Add($"  kill");
        }

        if (_life is not null)
        {
            _life.Clients.IsGone = true;
        }

        // What the process reported is known after its end, too.
        foreach (var collection in _oracle.Collections)
        {
            IsReportedDamaged(collection.Key);
        }

        IsReportedDamaged(CatalogKey);
        _oracle.ProcessDied();
        _shared.ProcessDied();
        _disk.Unmount();
        _kernel.Kill();
        foreach (var storage in _storages)
        {
            if (_disk.IsCut)
            {
                storage.Cut();
            }
            else
            {
                storage.Kill();
            }
        }

        _life = null;
        _adversity.PassTimeOff();
        if (_random.PerMille(_temper.DatabaseLossPerMille))
        {
            _damage.DatabaseLost();
            _storages[0].BeginAnew();
        }
    }

    /// <summary>Each life may have less room than the one before: what is on the card is more than it may hold then.</summary>
    private JournalOptions JournalSizes() => new()
    {
        SegmentBytes = 64 * 1024,
        MaxBytes = _random.Between(6, 9) * 64 * 1024,
        MaxRecordBytes = 16 * 1024,
        MaxPendingBytes = 64 * 1024,
        ReserveBytes = _reserveBytes,
    };

    /// <returns>The process that serves now; <see langword="null"/> when none does.</returns>
    private ServiceLife? Open()
    {
        _damage.Starting();
        FlashJournal journal;
        try
        {
            journal = FlashJournal.OpenSimulated(
                MutatedDisk.Around(_disk.Mount(), _run.Mutant),
                JournalSizes(),
                new JournalSeams(InlineCompletions: true, _generations.NextBits, _run.Mutant != Mutant.NewestFrameNotCarried));
        }
        catch (IOException exception) when (_disk.Faults is { IsReadOnly: true } or { FlushFailuresPerMille: > 0 } or { NameFlushFailuresPerMille: > 0 })
        {
            _trace.Add($"  open fails: {exception.Message}");
            return null;
        }

        var floor = _run.Mutant == Mutant.ClockFloorIgnored ? 0 : journal.Recovery.ClockFloorMicros;
        var clock = new ServiceClock(floor, _kernel, _run.Mutant == Mutant.LeapUnsynchronised ? new CredulousClockSource() : _kernel);
        journal.UseClock(clock);
        _damage.Saw(journal.Pressure.State);
        _clockCheck.Start(clock, journal.Recovery.ClockFloorMicros, _disk.DamageCount > 0);
        _trace.Add($"  opened: {journal.Recovery.Segments} segments, {journal.Recovery.LiveRecords} live records; now {clock.NowMicros()}");
        var rows = Array.ConvertAll(_storages, storage => MutatedRows.Around(storage.Connect(), _run.Mutant));
        var turns = new Turns(_random);
        var process = new ServiceProcess(journal, clock, _limits, rows, _temper.SaveAfter, _temper.ChunkBytes, turns, _random, _run.Mutant);
        _life = new ServiceLife(_disk, _kernel, _storages, _clockCheck, _damage, _trace)
        {
            Turns = turns,
            Journal = journal,
            Process = process,
            Clients = new SimulatedClients(process, _oracle, _shared, _names, _random, turns, _trace),
        };
        _damage.Started(journal.Recovery);
        _life.OpenCatalog();
        return _life;
    }

    private bool IsReportedDamaged(string collection)
    {
        if (_life?.Process is { } process)
        {
            _damage.Name(process.Journal.DamagedOwners);
            if (process.Damage.Lines.Any(line => line.StartsWith(CollectionText.Of(collection), StringComparison.Ordinal)))
            {
                _damage.Name([collection]);
            }
        }

        return _damage.Covers(collection);
    }

    private void Step(ServiceLife life)
    {
        _kernel.Advance(_random.Between(1, 500));
        switch (_random.Below(40))
        {
            case < 7:
                if (life.Clients.InFlightCount < 12)
                {
                    life.Clients.SendSomething(_temper);
                }

                break;
            case < 24:
                for (var turns = _random.Between(1, 6); turns > 0 && life.Turns.RunOne(); turns--)
                {
                }

                break;
            case < 32:
                life.Pump();
                break;
            case < 34:
                life.Process.RunSaves();
                break;
            case < 36:
                _storages[_random.Below(_storages.Length)].AnswerOne(alsoHanging: _random.Below(8) == 0);
                break;
            case 36:
                var active = life.Process.ActiveCollections.ToArray();
                if (active.Length > 0 && active[_random.Below(active.Length)] is var some && life.Process.TryDeactivate(some))
                {
                    _trace.Add($"  deactivate {some}");
                }

                break;
            case 37:
                _kernel.Advance(_random.Below(3_000_000));
                break;
            default:
                Disturb();
                break;
        }

        life.Look();
    }

    private void Disturb()
    {
        if (_isLast)
        {
            return;
        }

        switch (_random.Below(6))
        {
            case 0 when _temper.RunsShortOfRoom:
                _adversity.ChangeRoom();
                break;
            case 1 when _random.PerMille(_temper.ReadOnlyPerMille):
                _adversity.TurnReadOnly();
                break;
            case 2:
                var storage = _storages[_random.Below(_storages.Length)];
                storage.Heal();
                _temper.Trouble(storage.Faults, _random);
                break;
            case 3:
                Temper.StepClock(_kernel, _random);
                break;
            case 4 when _random.PerMille(_temper.DamagePerMille):
                _disk.DamageSomething();
                break;
            default:
                _adversity.LetTimePass();
                break;
        }
    }

    /// <summary>Lets everything under way come to its end, with well storages, then reads it all.</summary>
    private void Check(ServiceLife life)
    {
        foreach (var storage in _storages)
        {
            storage.Heal();
        }

        _trace.Add($"  check");
        life.Drain();

        // Long enough that a failed load, or the rest of a delete that was cut off, is tried again.
        _kernel.Advance(60 * SimulatedKernel.MicrosPerSecond);
        life.OpenCatalog();
        life.Drain();
        _kernel.Advance(60 * SimulatedKernel.MicrosPerSecond);
        life.Drain();
        if (life.Journal.Failure is not null)
        {
            return;
        }

        var check = new FullCheck(life.Process, _oracle, _shared, life.Clients);
        life.Clients.Run(check.Run);
        life.Drain();
        if (!check.IsComplete)
        {
            throw new OracleException("with a sound disk and sound storages, not everything can be read");
        }

        if (_isLast)
        {
            CheckTargets(life);
        }
    }

    /// <summary>Once all has been saved, every target holds what readers see, and the journal is empty.</summary>
    private void CheckTargets(ServiceLife life)
    {
        for (var i = 0; i < 5; i++)
        {
            life.Process.Scheduler.RequestAll();
            life.Drain();
            _kernel.Advance(60 * SimulatedKernel.MicrosPerSecond);
        }

        life.Drain();
        if (life.Journal.Pressure is { LiveBytes: > 0 } pressure)
        {
            throw new OracleException($"all targets are well, and the journal still holds {pressure.LiveBytes} bytes: {string.Join("; ", life.Process.Scheduler.Warnings)}");
        }

        life.Clients.Run(new TargetCheck(life.Process, _oracle).Run);
        life.Drain();
    }
}
