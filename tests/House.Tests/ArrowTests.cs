using System.Text.RegularExpressions;

namespace EdgeOrleans.House.Tests;

/// <summary>Who may reference whom: the table of ARCHITECTURE.md.</summary>
public sealed partial class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Abstractions"] = [],
        ["Journal"] = [],
        ["Grains"] = ["Abstractions", "Journal"],
        ["Api"] = ["Abstractions"],
        ["Silo"] = ["Abstractions", "Journal", "Grains", "Api"],
    };

    public static TheoryData<string> Projects => [.. Repository.SourceProjects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_references_only_what_the_table_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"src/{project} is not in the table: say what it may reference.");
        var references = Repository.Includes(Repository.SourceProjects[project], "ProjectReference")
            .Select(static path => Path.GetFileNameWithoutExtension(path));
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Journal_has_no_package_and_no_framework_beyond_the_base()
    {
        var journal = Repository.SourceProjects["Journal"];
        Assert.Equal("Microsoft.NET.Sdk", journal.Root!.Attribute("Sdk")!.Value);
        Assert.Empty(Repository.Includes(journal, "PackageReference"));
        Assert.Empty(Repository.Includes(journal, "FrameworkReference"));
        Assert.Empty(Repository.Includes(journal, "Reference"));
    }

    [Fact]
    public void Gateway_has_no_package_of_its_own() =>
        Assert.Empty(Repository.Includes(Repository.SourceProjects["Api"], "PackageReference"));

    [Fact]
    public void Abstractions_bring_only_the_Orleans_SDK() =>
        Assert.Equal(["Microsoft.Orleans.Sdk"], Repository.Includes(Repository.SourceProjects["Abstractions"], "PackageReference"));

    [Fact]
    public void Configuration_is_read_in_one_folder()
    {
        var readers = Repository.Files("*.cs", "src")
            .Where(static file => !file.StartsWith("src/Silo/Configuration/", StringComparison.Ordinal))
            .Where(static file => ConfigurationRead().IsMatch(Repository.Read(file)));
        Assert.Empty(readers);
    }

    [GeneratedRegex(@"GetEnvironmentVariable|configuration\[|GetValue<|\.Bind\(")]
    private static partial Regex ConfigurationRead();
}
