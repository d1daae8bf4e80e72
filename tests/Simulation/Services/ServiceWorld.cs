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
    private readonly SimulatedStorage[] _storages;
    private readonly SeededRandom _generations;
    private readonly JournalOptions _journalOptions;
    private readonly LimitsOptions _limits;
    private FlashJournal? _journal;
    private ServiceProcess? _process;
    private SimulatedClients? _clients;
    private Turns _turns;
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
        _shared = new SharedOracle(() => _damage.IsAnythingDamaged);
        _turns = new Turns(_random);
        _storages = [new SimulatedStorage("primary", isLocal: true, _random.Fork(), _trace)];
        if (_temper.HasSecondary)
        {
            _storages = [.. _storages, new SimulatedStorage("secondary", isLocal: false, _random.Fork(), _trace)];
        }

        _journalOptions = new JournalOptions
        {
            SegmentBytes = 64 * 1024,
            MaxBytes = _random.Between(6, 9) * 64 * 1024,
            MaxRecordBytes = 16 * 1024,
            MaxPendingBytes = 64 * 1024,
            ReserveBytes = _random.Below(3) * 64 * 1024,
        };
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
        _run.Counts.Add("rows saved", _storages.Sum(storage => storage.WriteCount));
    }

    private void Live()
    {
        _kernel.Boot(Temper.WallOffset(_random));
        SetFaults();
        try
        {
            if (Open())
            {
                if (_random.Coin())
                {
                    Check();
                }

                var steps = _random.Below(_temper.MaxSteps * 4);
                for (var i = 0; i < steps; i++)
                {
                    Step();
                }

                if (_isLast || _random.Below(4) == 0)
                {
                    Check();
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
        if (!_disk.IsCut && !_disk.IsKilled && _random.PerMille(_temper.CutPerMille))
        {
            _disk.Cut();
        }

        _run.Counts.Add(_disk.IsCut ? "cuts" : "kills");
        if (!_disk.IsCut)
        {
            _trace.Add($"  kill");
        }

        if (_clients is not null)
        {
            _clients.IsGone = true;
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

        (_journal, _process, _clients) = (null, null, null);
        _disk.Evict();
        if (_disk.IsCut)
        {
            _disk.PowerOn();
            _kernel.PassWhileOff(_random.Below(100) * SimulatedKernel.MicrosPerSecond);
            if (_random.PerMille(_temper.DamagePerMille))
            {
                _disk.DamageSomething();
            }
        }

        if (_random.PerMille(_temper.DatabaseLossPerMille))
        {
            _damage.DatabaseLost();
            _storages[0].BeginAnew();
        }
    }

    private void SetFaults()
    {
        var faults = _disk.Faults;
        faults.FlushFailuresPerMille = _isLast ? 0 : _temper.FlushFailuresPerMille;
        faults.NameFlushFailuresPerMille = _isLast ? 0 : _temper.NameFlushFailuresPerMille;
        faults.CapacityBytes = long.MaxValue;
        faults.IsReadOnly &= !_isLast;
        _disk.EndAt = long.MaxValue;
        if (!_isLast && _random.PerMille(_temper.CutPerMille))
        {
            _disk.EndIsKill = _random.Below(3) == 0;
            _disk.EndAt = _disk.OperationCount + _random.Between(1, _random.Coin() ? 12 : _temper.MaxSteps * 2);
        }

        foreach (var storage in _storages)
        {
            storage.Heal();
            _temper.Trouble(storage.Faults, _random);
        }
    }

    /// <returns>Whether the process serves.</returns>
    private bool Open()
    {
        _damage.Starting();
        _turns = new Turns(_random);
        try
        {
            _journal = FlashJournal.OpenSimulated(
                MutatedDisk.Around(_disk.Mount(), _run.Mutant),
                _journalOptions,
                new JournalSeams(InlineCompletions: true, _generations.NextBits, _run.Mutant != Mutant.NewestFrameNotCarried));
        }
        catch (IOException exception) when (_disk.Faults is { IsReadOnly: true } or { FlushFailuresPerMille: > 0 } or { NameFlushFailuresPerMille: > 0 })
        {
            _trace.Add($"  open fails: {exception.Message}");
            return false;
        }

        var floor = _run.Mutant == Mutant.ClockFloorIgnored ? 0 : _journal.Recovery.ClockFloorMicros;
        var clock = new ServiceClock(floor, _kernel, _run.Mutant == Mutant.LeapUnsynchronised ? new CredulousClockSource() : _kernel);
        _journal.UseClock(clock);
        _clockCheck.Start(clock, _journal.Recovery.ClockFloorMicros, _disk.DamageCount > 0);
        _trace.Add($"  opened: {_journal.Recovery.Segments} segments, {_journal.Recovery.LiveRecords} live records; now {clock.NowMicros()}");
        _process = new ServiceProcess(
            _journal, clock, _limits, [.. _storages.Select(storage => MutatedRows.Around(storage.Connect(), _run.Mutant))], _temper.SaveAfter, _temper.ChunkBytes, _turns, _random, _run.Mutant);
        _damage.Started(_journal.Recovery);
        _clients = new SimulatedClients(_process, _oracle, _shared, _names, _random, _turns, _trace);
        OpenCatalog();
        return true;
    }

    private bool IsReportedDamaged(string collection)
    {
        if (_process is { } process)
        {
            _damage.Name(process.Journal.DamagedOwners);
            if (process.Damage.Lines.Any(line => line.StartsWith($"collection '{collection}'", StringComparison.Ordinal)))
            {
                _damage.Name([collection]);
            }
        }

        return _damage.Covers(collection);
    }

    /// <summary>As the silo does at its start: deletes that were cut off are gone on with.</summary>
    private void OpenCatalog() => _clients!.Run(() => _process!.OnCatalog(catalog => catalog.Open()));

    private void Step()
    {
        _kernel.Advance(_random.Between(1, 500));
        switch (_random.Below(40))
        {
            case < 7:
                if (_clients!.InFlightCount < 12)
                {
                    _clients.SendSomething(_temper);
                }

                break;
            case < 24:
                for (var turns = _random.Between(1, 6); turns > 0 && _turns.RunOne(); turns--)
                {
                }

                break;
            case < 32:
                Pump();
                break;
            case < 34:
                _process!.RunSaves();
                break;
            case < 36:
                _storages[_random.Below(_storages.Length)].AnswerOne(alsoHanging: _random.Below(8) == 0);
                break;
            case 36:
                var active = _process!.ActiveCollections.ToArray();
                if (active.Length > 0 && active[_random.Below(active.Length)] is var some && _process.TryDeactivate(some))
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

        Look();
    }

    private void Pump()
    {
        var durable = _journal!.DurablePosition;
        var now = _process!.Clock.NowMicros();
        var worked = _journal.RunOnce();
        _damage.Saw(_journal.Pressure.State);
        if (_journal.DurablePosition > durable)
        {
            _clockCheck.Acknowledged(now);
        }

        if (_trace.IsOn && (worked || _journal.DurablePosition != durable))
        {
            _trace.Add($"  pump: durable through {_journal.DurablePosition}{(_journal.Failure is null ? "" : ", FAILED")}");
        }
    }

    /// <summary>After each step: whether anything went wrong in a turn, and whether the power went in one that swallowed it.</summary>
    private void Look()
    {
        if (_disk.IsCut || _disk.IsKilled)
        {
            throw new ProcessGoneException();
        }

        if (_clients!.Failure is { } failure)
        {
            throw failure is OracleException ? failure : new OracleException($"a request ended with {failure}");
        }

        if (_process!.Damage.Lines.Count > 0 && !_damage.IsAnythingDamaged)
        {
            throw new OracleException($"nothing was damaged, and the service says: {_process.Damage.Lines[0]}");
        }

        _clockCheck.Look();
        if (_turns.HasLeftThread)
        {
            throw new OracleException("work has left the simulation's thread");
        }
    }

    private void Disturb()
    {
        if (_isLast)
        {
            return;
        }

        var faults = _disk.Faults;
        switch (_random.Below(6))
        {
            case 4 when _random.PerMille(_temper.DamagePerMille):
                _disk.DamageSomething();
                break;
            case 0 when _temper.RunsShortOfRoom:
                _damage.RoomIsShort();
                faults.CapacityBytes = faults.CapacityBytes == long.MaxValue ? _disk.UsedBytes + (_random.Below(4) * 40_000) : long.MaxValue;
                _trace.Add($"  room: {faults.CapacityBytes} bytes for {_disk.UsedBytes}");
                break;
            case 1 when _random.PerMille(_temper.ReadOnlyPerMille):
                faults.IsReadOnly = true;
                _trace.Add($"  the disk is read-only now");
                break;
            case 2:
                var storage = _storages[_random.Below(_storages.Length)];
                storage.Heal();
                _temper.Trouble(storage.Faults, _random);
                break;
            case 3:
                Temper.StepClock(_kernel, _random);
                break;
            default:
                _kernel.Advance(_random.Below(100) * SimulatedKernel.MicrosPerSecond);
                break;
        }
    }

    /// <summary>Lets everything under way come to its end, with well storages, then reads it all.</summary>
    private void Check()
    {
        foreach (var storage in _storages)
        {
            storage.Heal();
        }

        _trace.Add($"  check");
        Drain();

        // Long enough that a failed load, or the rest of a delete that was cut off, is tried again.
        _kernel.Advance(60 * SimulatedKernel.MicrosPerSecond);
        OpenCatalog();
        Drain();
        _kernel.Advance(60 * SimulatedKernel.MicrosPerSecond);
        Drain();
        if (_journal!.Failure is not null)
        {
            return;
        }

        var check = new FullCheck(_process!, _oracle, _shared, _clients!);
        _clients!.Run(check.Run);
        Drain();
        if (!check.IsComplete)
        {
            throw new OracleException("with a sound disk and sound storages, not everything can be read");
        }

        if (_isLast)
        {
            CheckTargets();
        }
    }

    /// <summary>Once all has been saved, every target holds what readers see, and the journal is empty.</summary>
    private void CheckTargets()
    {
        // What a secondary lacked when an earlier process died, nobody knows until the two are compared.
        foreach (var collection in _oracle.Collections)
        {
            _process!.Scheduler.Request(collection.Key);
        }

        for (var i = 0; i < 5; i++)
        {
            _process!.Scheduler.RequestAll();
            Drain();
            _kernel.Advance(60 * SimulatedKernel.MicrosPerSecond);
        }

        Drain();
        if (_journal!.Pressure is { LiveBytes: > 0 } pressure)
        {
            throw new OracleException($"all targets are well, and the journal still holds {pressure.LiveBytes} bytes: {string.Join("; ", _process!.Scheduler.Warnings)}");
        }

        _clients!.Run(new TargetCheck(_process!, _oracle).Run);
        Drain();
    }

    private void Drain()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Look();
            if (_turns.RunOne() || _journal!.RunOnce() || _storages.Any(storage => storage.AnswerOne(alsoHanging: true))
                || _process!.RunSaves())
            {
                continue;
            }

            if (_clients!.InFlightCount == 0)
            {
                return;
            }

            if (_kernel.UntilNextTimer() is not { } wait)
            {
                throw new OracleException($"{_clients.InFlightCount} requests are never answered");
            }

            _kernel.Advance(wait);
        }

        throw new OracleException("the service does not come to rest");
    }
}
