using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Wire;

/// <summary>
/// Versions of client and silo may differ as long as nothing on the wire is renamed, renumbered or reused. What is new is a line more in
/// <c>wire-names.txt</c>; a line that has gone or changed is a break.
/// </summary>
public sealed class WireNameTests
{
    private static readonly string File = Path.Combine(ServiceBinary.RepositoryRoot, "tests/Clients.Tests/Wire/wire-names.txt");

    [Fact]
    public void Names_and_numbers_on_the_wire_are_those_of_the_list()
    {
        var now = string.Join('\n', WireNames.Lines()) + "\n";
        var pinned = System.IO.File.ReadAllText(File);
        Assert.True(now == pinned, $"{File} should be, if this is meant:\n{now}");
    }

    [Fact]
    public void Nothing_on_the_wire_is_without_a_name_or_a_number() =>
        Assert.DoesNotContain(WireNames.Lines(), static line => line.Contains(" has no [", StringComparison.Ordinal));

    [Fact]
    public void Name_stands_for_one_thing()
    {
        var names = WireNames.Lines().Where(static line => line[0] != ' ').ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
    }
}
