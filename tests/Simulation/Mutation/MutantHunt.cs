using System.Globalization;
using EdgeOrleans.Simulation.Running;

namespace EdgeOrleans.Simulation.Mutation;

/// <summary>A mutant, where it is looked for, and how long that may take.</summary>
/// <param name="Mutant">The code broken in one place.</param>
/// <param name="Scenario">The world that notices.</param>
internal sealed record MutantHunt(Mutant Mutant, string Scenario)
{
    /// <summary>Seeds after which a mutant counts as not caught.</summary>
    public const long MostSeeds = 20_000;

    /// <summary>All mutants. Those of the journal are looked for in its own world, which is the fastest.</summary>
    public static IReadOnlyList<MutantHunt> All { get; } =
    [
        new(Mutant.NoFlush, "journal"),
        new(Mutant.AnswerBeforeFlush, "journal"),
        new(Mutant.NoDirectoryFlush, "journal"),
        new(Mutant.NoDirectoryFlushAtStart, "journal"),
        new(Mutant.NoHeaderFlush, "journal"),
        new(Mutant.RetryFailedFlush, "journal"),
        new(Mutant.FrameChecksumIgnored, "journal"),
        new(Mutant.GenerationIgnored, "journal"),
        new(Mutant.NewestFrameNotCarried, "journal"),
        new(Mutant.TrimBeforeCheckpoint, "service"),
        new(Mutant.TrimBySecondary, "service"),
        new(Mutant.SecondaryNotCompared, "service"),
        new(Mutant.ReadOfPending, "service"),
        new(Mutant.DeleteNotWrittenDown, "service"),
        new(Mutant.DecidedDeleteShown, "service"),
        new(Mutant.DeleteWithoutBound, "service"),
        new(Mutant.CollectionNotListed, "service"),
        new(Mutant.ClockFloorIgnored, "service"),
        new(Mutant.LeapUnsynchronised, "service"),
        new(Mutant.SlotNotClaimed, "targets"),
        new(Mutant.HeadBeforeChunks, "targets"),
        new(Mutant.StrongReadNotChecked, "cluster"),
    ];

    /// <summary>Those by which a client loses something, so that the oracle of the real process has to catch them by itself.</summary>
    public static IReadOnlyList<MutantHunt> BySharedOracle { get; } =
    [
        .. new[]
        {
            Mutant.NoFlush, Mutant.AnswerBeforeFlush, Mutant.NoDirectoryFlush, Mutant.TrimBySecondary, Mutant.ReadOfPending,
            Mutant.DeleteWithoutBound, Mutant.CollectionNotListed,
        }.Select(mutant => new MutantHunt(mutant, "service") { IsSharedOracleAlone = true }),
    ];

    /// <summary>Whether the oracle of the real process has to catch it by itself.</summary>
    public bool IsSharedOracleAlone { get; init; }

    /// <summary>Plays seeds until one notices.</summary>
    public SeedRange Run()
    {
        var range = new SeedRange(Running.Scenario.Of(Scenario), 1, MostSeeds, new Trial(Mutant, IsSharedOracleAlone)) { FailureLimit = 1 };
        range.Run();
        return range;
    }

    /// <summary>The command <c>mutants</c>: a table of all, or of those named.</summary>
    public static int RunAll(IReadOnlyCollection<string> names)
    {
        var missed = 0;
        foreach (var hunt in All.Concat(BySharedOracle).Where(hunt => names.Count == 0 || names.Contains(hunt.Mutant.ToString())))
        {
            var range = hunt.Run();
            var failure = range.Failures.Count == 0 ? null : range.Failures[0];
            missed += failure is null ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {hunt.Mutant} | {hunt.Scenario}{(hunt.IsSharedOracleAlone ? ", the shared oracle alone" : "")} | {(failure is null ? "NOT CAUGHT" : $"seed {failure.Seed}")} | {range.Done} | {range.Elapsed.TotalSeconds:N1} s | {failure?.Exception.Message.Split('\n')[0]} |"));
        }

        return missed;
    }
}
