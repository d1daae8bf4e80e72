using System.Globalization;
using EdgeOrleans.Simulation.Mutation;

namespace EdgeOrleans.Simulation.Running;

/// <summary>The command <c>seeds</c>: any number of seeds, in parallel, with a progress bar.</summary>
internal static class SeedCommand
{
    private const string Usage =
        """
        seeds [--scenario NAME] [--from N] [--count N] [--workers N] [--failures N] [--mutant NAME] [--judge shared]
          plays seeds N, N+1, … of each scenario; prints the seed, the command that repeats it and a trace of what fails
        """;

    public static int Run(ReadOnlySpan<string> args)
    {
        ulong from = 1;
        long count = 1000;
        var workers = Environment.ProcessorCount;
        var failures = 1;
        var trial = new Trial();
        IEnumerable<Scenario> scenarios = Scenario.All;
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--scenario":
                    scenarios = [Scenario.Of(value)];
                    break;
                case "--from":
                    from = ulong.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--count":
                    count = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--workers":
                    workers = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--failures":
                    failures = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--mutant":
                    trial = trial with { Mutant = Enum.Parse<Mutant>(value) };
                    break;
                case "--judge" when value == "shared":
                    trial = trial with { IsSharedOracleAlone = true };
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        var failed = 0;
        foreach (var scenario in scenarios)
        {
            var bar = new ProgressBar(scenario.Name, count);
            var range = new SeedRange(scenario, from, count, trial)
            {
                Workers = workers,
                FailureLimit = failures,
                Progress = bar.Show,
            };
            range.Run();
            bar.End();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{scenario.Name}: {range.Done:N0} seeds from {from} in {range.Elapsed.TotalSeconds:N1} s, {range.SeedsPerSecond:N0} a second, {range.Failures.Count} failed"));
            Console.WriteLine($"  {range.Counts}");
            foreach (var failure in range.Failures)
            {
                Console.WriteLine(failure.Describe());
            }

            failed += range.Failures.Count;
        }

        return failed == 0 ? 0 : 1;
    }
}
