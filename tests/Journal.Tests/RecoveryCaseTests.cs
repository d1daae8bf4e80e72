namespace EdgeOrleans.Journal.Tests;

public sealed class RecoveryCaseTests
{
    [Fact]
    public void Every_finding_is_exactly_one_case()
    {
        var findings =
            from trace in Enum.GetValues<FrameTrace>()
            from order in Enum.GetValues<FrameOrder>()
            from standing in Enum.GetValues<FrameStanding>()
            from hasRemains in new[] { false, true }
            select new FrameFinding(trace, order, standing, hasRemains);
        foreach (var finding in findings)
        {
            var matching = RecoveryCase.All.Where(candidate => candidate.Matches(finding)).ToList();
            Assert.True(matching.Count == 1, $"{finding} is {string.Join(", ", matching.Select(candidate => candidate.Name))}.");
            Assert.Same(matching[0], RecoveryCase.Of(finding));
        }
    }

    [Fact]
    public void Every_case_has_a_finding_and_its_own_name()
    {
        Assert.Equal(RecoveryCase.All.Count, RecoveryCase.All.Select(candidate => candidate.Name).Distinct().Count());
        Assert.All(RecoveryCase.All, candidate => Assert.Contains(
            from trace in Enum.GetValues<FrameTrace>()
            from order in Enum.GetValues<FrameOrder>()
            from standing in Enum.GetValues<FrameStanding>()
            from hasRemains in new[] { false, true }
            select new FrameFinding(trace, order, standing, hasRemains),
            finding => candidate.Matches(finding)));
    }
}
