using System.Globalization;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Tests;

/// <summary>README shows what the service reads and how it ends, as the service itself has it.</summary>
public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(ServiceBinary.RepositoryRoot, "README.md"));

    [Fact]
    public void Table_of_options_is_the_services_own()
    {
        var table = string.Join('\n', OptionTable.All.Select(static option =>
            $"| `{option.Name}` | {(option.DefaultText.Length == 0 ? "" : $"`{option.DefaultText}`")} | {option.Range} | {option.Meaning} |"));
        Assert.True(Readme.Contains(table, StringComparison.Ordinal), $"README.md must have this table:\n| option | default | value | what it is for |\n| --- | --- | --- | --- |\n{table}");
    }

    [Fact]
    public void Every_exit_code_is_told() =>
        Assert.All(Enum.GetValues<ExitCode>(), static code =>
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {(int)code} |"), Readme, StringComparison.Ordinal));
}
