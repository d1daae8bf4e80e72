using EdgeOrleans.Silo.Site;

namespace EdgeOrleans.Site.Tests;

public sealed class MachineMarksTests
{
    [Theory]
    [InlineData("b1 s1", "b1 s1", true)]
    [InlineData("b1 s1", "b2 s1", false)]
    [InlineData("b1 s1", "b1 s2", true)]
    [InlineData("s1", "b1 s1", true)]
    [InlineData("s1", "s2", false)]
    [InlineData("b1 s1", "s2", false)]
    [InlineData("b1", "s1", true)]
    [InlineData("", "b1 s1", true)]
    public void Strongest_mark_that_both_have_decides(string before, string now, bool areOfOne) =>
        Assert.Equal(areOfOne, MachineMarks.AreOfOne(Marks(before), Marks(now)));

    [Fact]
    public void Marks_are_the_same_each_time_and_do_not_show_what_they_are_of()
    {
        var marks = MachineMarks.Read();
        Assert.Equal(marks, MachineMarks.Read());
        if (File.Exists("/etc/machine-id") && File.ReadAllText("/etc/machine-id").Trim() is { Length: > 0 } id)
        {
            Assert.NotEqual(id, marks["system"]);
        }
    }

    private static Dictionary<string, string> Marks(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(static mark => mark[0] == 'b' ? "board" : "system");
}
