using System.Text;

namespace EdgeOrleans.Simulation.Running;

/// <summary>A seed that broke a promise.</summary>
internal sealed record SeedFailure(Scenario Scenario, ulong Seed, Trial Trial, Exception Exception)
{
    private const int TraceLines = 400;

    /// <summary>The command that plays it again.</summary>
    public string Command =>
        $"dotnet run -c Release --project tests/Simulation -- seeds --scenario {Scenario.Name} --from {Seed} --count 1{Trial.Options}";

    /// <summary>The seed, the command, what broke, and the trace of a second run.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        var run = new SeedRun(Seed, Trial, traced: true);
        var again = Play(Scenario, run);
        var lines = run.Trace.Lines;
        text.AppendLine($"seed {Seed} of {Scenario.Name}: {Exception.Message}");
        text.AppendLine($"repeat it: {Command}");
        if (again?.Exception.Message != Exception.Message)
        {
            text.AppendLine($"THE SECOND RUN DIFFERS: {again?.Exception.Message ?? "it passes"}");
        }

        if (Exception is not Judgement.OracleException)
        {
            text.AppendLine(Exception.ToString());
        }

        text.AppendLine($"trace ({lines.Count} lines{(lines.Count > TraceLines ? $", the last {TraceLines}" : "")}):");
        foreach (var line in lines.Skip(Math.Max(0, lines.Count - TraceLines)))
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }

    /// <summary>Plays a seed.</summary>
    /// <returns>What broke; <see langword="null"/> when nothing did.</returns>
    public static SeedFailure? Play(Scenario scenario, SeedRun run)
    {
        var context = SynchronizationContext.Current;
        try
        {
            SynchronizationContext.SetSynchronizationContext(null);
            scenario.Play(run);
            return null;
        }
#pragma warning disable CA1031 // Whatever the code under test throws is what the seed has found.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new SeedFailure(scenario, run.Seed, run.Trial, exception);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
