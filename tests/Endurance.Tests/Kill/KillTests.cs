using System.Globalization;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Kill;

/// <summary>
/// The promise: an acknowledged write survives SIGKILL. Rounds and seed are given by <c>KILL_ROUNDS</c> and <c>KILL_SEED</c>.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly int Rounds = Number("KILL_ROUNDS", 30);

    [Fact]
    public async Task Acknowledged_writes_survive_kills_at_any_moment()
    {
        var rounds = new KillRounds(Number("KILL_SEED", Environment.TickCount & 0xFFFF), output.WriteLine);
        using var directory = new ServiceDirectory();
        if (await rounds.Run(Rounds, directory) is { Length: > 0 } faults)
        {
            Assert.Fail(faults);
        }

        // The rounds prove something only when they met what can go wrong.
        var figures = rounds.Figures();
        Assert.True(rounds.Counts.Acknowledged > 100 * Rounds, figures);
        Assert.True(rounds.InDoubt > 2 * Rounds, figures);
        Assert.True(rounds.Saved.Saves > 2 * Rounds, figures);
        Assert.True(rounds.Saved.Snapshots > Rounds / 3, figures);
        Assert.True(rounds.Saved.FirstSegment > Rounds, figures);
        Assert.True(rounds.Counts.NamespaceDeletes > Rounds / 3, figures);
        Assert.True(rounds.Counts.CollectionDeletes > Rounds / 6, figures);
        Assert.True(rounds.KilledInSnapshot > 0, figures);
        Assert.True(rounds.KilledInClear > Rounds / 10, figures);
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
