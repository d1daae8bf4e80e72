using EdgeOrleans.Simulation.Judgement;
using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Running;

namespace EdgeOrleans.Simulation;

/// <summary>
/// The power-cut certificate. The same seeds every time: a change that breaks a promise fails at the same seed for everyone.
/// More seeds: <c>dotnet run -c Release --project tests/Simulation -- seeds --count 200000</c>.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 20_000;

    public static TheoryData<string> Scenarios => [.. Scenario.All.Select(scenario => scenario.Name)];

    public static TheoryData<string> Mutants => [.. MutantHunt.All.Select(hunt => hunt.Mutant.ToString())];

    public static TheoryData<string> MutantsOfSharedOracle => [.. MutantHunt.BySharedOracle.Select(hunt => hunt.Mutant.ToString())];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void No_seed_breaks_a_promise(string scenario)
    {
        var range = new SeedRange(Scenario.Of(scenario), 1, Seeds, new Trial());
        range.Run();
        output.WriteLine($"{range.Done} seeds, {range.SeedsPerSecond:N0} a second: {range.Counts}");
        Assert.True(range.Failures.Count == 0, range.Failures.Count == 0 ? null : range.Failures[0].Describe());
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Mutant_is_caught(string mutant)
    {
        var range = MutantHunt.All.Single(hunt => hunt.Mutant.ToString() == mutant).Run();
        output.WriteLine($"{mutant}: {range.Done} seeds, {range.Elapsed.TotalSeconds:N1} s");
        Assert.True(range.Failures.Count > 0, $"{mutant} was not noticed in {range.Done} seeds");
    }

    [Theory]
    [MemberData(nameof(MutantsOfSharedOracle))]
    public void Mutant_is_caught_by_the_oracle_of_the_real_process_alone(string mutant)
    {
        var range = MutantHunt.BySharedOracle.Single(hunt => hunt.Mutant.ToString() == mutant).Run();
        output.WriteLine($"{mutant}: {range.Done} seeds, {range.Elapsed.TotalSeconds:N1} s");
        Assert.True(range.Failures.Count > 0, $"{mutant} was not noticed in {range.Done} seeds");
        Assert.IsType<SharedOracleException>(range.Failures[0].Exception);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Seed_repeats_itself(string scenario)
    {
        for (var seed = 1ul; seed <= 50; seed++)
        {
            Assert.Equal(TraceOf(Scenario.Of(scenario), seed), TraceOf(Scenario.Of(scenario), seed));
        }
    }

    private static IReadOnlyList<string> TraceOf(Scenario scenario, ulong seed)
    {
        var run = new SeedRun(seed, new Trial(), traced: true);
        SeedFailure.Play(scenario, run);
        return run.Trace.Lines;
    }
}
