using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Storage;

namespace EdgeOrleans.Simulation;

/// <summary>
/// What a seed is prone to. Drawn once, so that some seeds have one kind of trouble often and others none of it:
/// a world in which everything may happen at any time meets few things that need a long quiet run before.
/// </summary>
internal sealed class Temper(SeededRandom random)
{
    private const long Hour = 3600 * SimulatedKernel.MicrosPerSecond;
    private const long Year = 365 * 24 * Hour;

    private readonly int _storageTrouble = random.Below(4);

    public int MaxSteps { get; } = random.Below(3) switch { 0 => 20, 1 => 60, _ => 200 };

    public int CutPerMille { get; } = random.Below(4) switch { 0 => 300, 1 => 1000, _ => 700 };

    public int FlushFailuresPerMille { get; } = random.Below(3) == 0 ? random.Between(5, 80) : 0;

    public int NameFlushFailuresPerMille { get; } = random.Below(5) == 0 ? random.Between(5, 100) : 0;

    public int DamagePerMille { get; } = random.Below(4) == 0 ? 300 : 0;

    /// <summary>How many of a thousand starts find the database damaged and set it aside.</summary>
    public int DatabaseLossPerMille { get; } = random.Below(20) == 0 ? 200 : 0;

    public int ReadOnlyPerMille { get; } = random.Below(6) == 0 ? 300 : 0;

    public bool RunsShortOfRoom { get; } = random.Below(4) == 0;

    public int LargePerMille { get; } = random.Below(3) * 300;

    public bool DeletesCollections { get; } = random.Below(3) != 0;

    public bool HasSecondary { get; } = random.Coin();

    /// <summary>How long the primary may wait for a change.</summary>
    public TimeSpan SaveAfter { get; } = TimeSpan.FromSeconds(random.Below(3) switch { 0 => 0.001, 1 => 2, _ => 300 });

    /// <summary>How large a snapshot's chunks are: small, so that there are several.</summary>
    public int ChunkBytes { get; } = random.Below(3) switch { 0 => 100, 1 => 2_000, _ => 256 * 1024 };

    /// <summary>How far the wall clock is off at a boot.</summary>
    public static long WallOffset(SeededRandom chance) => chance.Below(6) switch
    {
        0 => -Hour,
        1 => -Year,
        2 => -56 * Year,
        3 => 3 * Hour,
        _ => 0,
    };

    /// <summary>Something happens to the wall clock.</summary>
    public static void StepClock(SimulatedKernel kernel, SeededRandom chance)
    {
        switch (chance.Below(6))
        {
            case 0:
                kernel.StepWall(-chance.Below(10_000) * SimulatedKernel.MicrosPerSecond);
                break;
            case 1:
                kernel.StepWall(chance.Below(10_000) * SimulatedKernel.MicrosPerSecond);
                break;
            case 2:
                kernel.StepWall(54 * Year);
                break;
            case 3:
                kernel.LoseSynchronization();
                break;
            default:
                kernel.Synchronize(chance.Below(20) == 0 ? 54 * Year : 0);
                break;
        }
    }

    /// <summary>How a storage is from now on.</summary>
    public void Trouble(StorageFaults faults, SeededRandom chance)
    {
        if (_storageTrouble == 0 || chance.Below(4) == 0)
        {
            return;
        }

        faults.IsAway = _storageTrouble == 3 && chance.Coin();
        faults.FailPerMille = chance.Below(150);
        faults.LostAnswerPerMille = chance.Below(150);
        faults.LatePerMille = chance.Below(400);
        faults.HangPerMille = chance.Below(60);
    }
}
