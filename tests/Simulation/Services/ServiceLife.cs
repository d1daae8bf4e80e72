using EdgeOrleans.Journal;
using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Disk;
using EdgeOrleans.Simulation.Judgement;
using EdgeOrleans.Simulation.Storage;

namespace EdgeOrleans.Simulation.Services;

/// <summary>A process that serves, with its clients, until it dies: what moves it on, and what is looked at whenever it has moved.</summary>
internal sealed class ServiceLife(
    SimulatedDisk disk, SimulatedKernel kernel, SimulatedStorage[] storages, ClockCheck clockCheck, DamageLedger damage, Trace trace)
{
    public required Turns Turns { get; init; }

    public required FlashJournal Journal { get; init; }

    public required ServiceProcess Process { get; init; }

    public required SimulatedClients Clients { get; init; }

    /// <summary>As the silo does at its start: deletes that were cut off are gone on with.</summary>
    public void OpenCatalog() => Clients.Run(() => Process.OnCatalog(catalog => catalog.Open()));

    /// <summary>A step of the journal's writer.</summary>
    public void Pump()
    {
        var durable = Journal.DurablePosition;
        var now = Process.Clock.NowMicros();
        var worked = Journal.RunOnce();
        damage.Saw(Journal.Pressure.State);
        if (Journal.DurablePosition > durable)
        {
            clockCheck.Acknowledged(now);
        }

        if (trace.IsOn && (worked || Journal.DurablePosition != durable))
        {
            trace.Add($"  pump: durable through {Journal.DurablePosition}{(Journal.Failure is null ? "" : ", FAILED")}");
        }
    }

    /// <summary>After each step: whether anything went wrong in a turn, and whether the power went in one that swallowed it.</summary>
    public void Look()
    {
        if (disk.IsCut || disk.IsKilled)
        {
            throw new ProcessGoneException();
        }

        if (Clients.Failure is { } failure)
        {
            throw failure is OracleException ? failure : new OracleException($"a request ended with {failure}");
        }

        if (Process.Damage.Lines.Count > 0 && !damage.IsAnythingDamaged)
        {
            throw new OracleException($"nothing was damaged, and the service says: {Process.Damage.Lines[0]}");
        }

        clockCheck.Look();
        if (Turns.HasLeftThread)
        {
            throw new OracleException("work has left the simulation's thread");
        }
    }

    /// <summary>Goes on until nothing is under way any more.</summary>
    public void Drain()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Look();
            if (Turns.RunOne() || Journal.RunOnce() || storages.Any(storage => storage.AnswerOne(alsoHanging: true))
                || Process.RunSaves())
            {
                continue;
            }

            if (Clients.InFlightCount == 0)
            {
                return;
            }

            if (kernel.UntilNextTimer() is not { } wait)
            {
                throw new OracleException($"{Clients.InFlightCount} requests are never answered");
            }

            kernel.Advance(wait);
        }

        throw new OracleException("the service does not come to rest");
    }
}
