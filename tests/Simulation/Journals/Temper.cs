using EdgeOrleans.Simulation.Clock;

namespace EdgeOrleans.Simulation.Journals;

/// <summary>
/// What a seed is prone to. Drawn once, so that some seeds have one kind of trouble often and others none of it:
/// a world in which everything may happen at any time meets few things that need a long quiet run before.
/// </summary>
internal sealed class Temper(SeededRandom random)
{
    private const long Hour = 3600 * SimulatedKernel.MicrosPerSecond;
    private const long Year = 365 * 24 * Hour;

    public int MaxSteps { get; } = random.Below(3) switch { 0 => 20, 1 => 60, _ => 200 };

    public int CutPerMille { get; } = random.Below(4) switch { 0 => 300, 1 => 1000, _ => 700 };

    public int FlushFailuresPerMille { get; } = random.Below(3) == 0 ? random.Between(5, 80) : 0;

    public int NameFlushFailuresPerMille { get; } = random.Below(5) == 0 ? random.Between(5, 100) : 0;

    public int DamagePerMille { get; } = random.Below(1) * 300;

    public int ReadOnlyPerMille { get; } = random.Below(6) == 0 ? 300 : 0;

    public bool RunsShortOfRoom { get; } = random.Below(4) == 0;

    public int LargePerMille { get; } = random.Below(3) * 300;

    /// <summary>How far the wall clock is off at a boot.</summary>
    public static long WallOffset(SeededRandom chance) => chance.Below(6) switch
    {
        0 => -Hour,
        1 => -Year,
        2 => -56 * Year,
        3 => 3 * Hour,
        _ => 0,
    };
}
