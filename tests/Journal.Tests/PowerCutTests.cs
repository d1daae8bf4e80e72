namespace EdgeOrleans.Journal.Tests;

public sealed class PowerCutTests(ITestOutputHelper output)
{
    [Fact]
    public void Acknowledged_records_survive_power_cuts_kills_and_restarts()
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("JOURNAL_SEEDS") ?? "400");
        var first = int.Parse(Environment.GetEnvironmentVariable("JOURNAL_FIRST_SEED") ?? "1");
        var cuts = 0;
        var reused = 0;
        for (var seed = first; seed < first + seeds; seed++)
        {
            using var model = new JournalModel(seed, JournalSetup.Options);
            model.Run(300);
            cuts += model.PowerCuts;
            reused += model.SegmentsReused;
        }

        output.WriteLine($"{cuts} power cuts, {reused} segments begun");
        Assert.True(cuts > seeds && reused > seeds);
    }
}
