using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Disk;
using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation;

/// <summary>What goes wrong with the machine that the code under test runs on: by the temper of the seed, at moments drawn from it.</summary>
internal sealed class Adversity(Temper temper, SeededRandom random, SimulatedDisk disk, SimulatedKernel kernel, DamageLedger damage, Trace trace)
{
    /// <summary>Decides at which operation of the disk a life ends, if at any, and how its flushes fail. The last one has a sound disk.</summary>
    public void BeginLife(bool isLast)
    {
        var faults = disk.Faults;
        faults.FlushFailuresPerMille = isLast ? 0 : temper.FlushFailuresPerMille;
        faults.NameFlushFailuresPerMille = isLast ? 0 : temper.NameFlushFailuresPerMille;
        faults.CapacityBytes = long.MaxValue;
        faults.IsReadOnly &= !isLast;
        disk.EndAt = long.MaxValue;
        if (!isLast && random.PerMille(temper.CutPerMille))
        {
            disk.EndIsKill = random.Below(3) == 0;
            disk.EndAt = disk.OperationCount + random.Between(1, random.Coin() ? 12 : temper.MaxSteps * 2);
        }
    }

    /// <summary>A life is over, by a cut when it has not had its own end already.</summary>
    public void EndLife()
    {
        if (!disk.IsCut && !disk.IsKilled && random.PerMille(temper.CutPerMille))
        {
            disk.Cut();
        }
    }

    /// <summary>Nothing runs any more: after a cut the machine starts anew, some time later.</summary>
    public void PassTimeOff()
    {
        disk.Evict();
        if (!disk.IsCut)
        {
            return;
        }

        disk.PowerOn();
        kernel.PassWhileOff(random.Below(100) * SimulatedKernel.MicrosPerSecond);
        if (random.PerMille(temper.DamagePerMille))
        {
            disk.DamageSomething();
        }
    }

    /// <summary>The disk gets short of room, or has room again.</summary>
    public void ChangeRoom()
    {
        damage.RoomIsShort();
        var faults = disk.Faults;
        faults.CapacityBytes = faults.CapacityBytes == long.MaxValue ? disk.UsedBytes + (random.Below(4) * 40_000) : long.MaxValue;
        trace.Add($"  room: {faults.CapacityBytes} bytes for {disk.UsedBytes}");
    }

    /// <summary>The file system refuses writes from now on.</summary>
    public void TurnReadOnly()
    {
        disk.Faults.IsReadOnly = true;
        trace.Add($"  the disk is read-only now");
    }

    /// <summary>Nothing happens for a while.</summary>
    public void LetTimePass() => kernel.Advance(random.Below(100) * SimulatedKernel.MicrosPerSecond);
}
