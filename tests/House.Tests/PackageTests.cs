using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EdgeOrleans.House.Tests;

/// <summary>Packages and projects: one exact version each, and nothing left out of the solution.</summary>
public sealed partial class PackageTests
{
    [Fact]
    public void Package_version_is_exact_and_said_once()
    {
        var versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion").ToArray();
        Assert.NotEmpty(versions);
        Assert.All(versions, static version => Assert.Matches(ExactVersion(), version.Attribute("Version")!.Value));
        foreach (var project in Repository.Files("*.csproj", "src", "tests", "load", "tools"))
        {
            Assert.All(
                XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"),
                reference => Assert.True(reference.Attribute("Version") is null && reference.Attribute("VersionOverride") is null, $"{project}: {reference}"));
        }
    }

    [Fact]
    public void Package_that_has_a_version_is_used()
    {
        var used = Repository.Files("*.csproj", "src", "tests", "load", "tools")
            .Concat(Repository.Files("*.props", "src", "tests", "load", "tools"))
            .SelectMany(static file => XDocument.Parse(Repository.Read(file)).Descendants("PackageReference"))
            .Select(static reference => (reference.Attribute("Include") ?? reference.Attribute("Remove"))!.Value);
        var named = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion").Select(static version => version.Attribute("Include")!.Value);
        Assert.Empty(named.Except(used));
    }

    [Fact]
    public void Project_is_in_the_solution()
    {
        var solution = Repository.Read("EdgeOrleans.sln").Replace('\\', '/');
        Assert.All(Repository.Files("*.csproj", "src", "tests", "load", "tools"), project => Assert.Contains(project, solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Test_project_can_be_found_by_the_test_script() =>
        Assert.All(
            Repository.Files("*.csproj", "tests").Where(static project => XDocument.Parse(Repository.Read(project)).Root!.Element("PropertyGroup")?.Element("OutputType") is null),
            static project => Assert.Matches(TestProject(), project));

    [GeneratedRegex(@"^\d+\.\d+\.\d+$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"^tests/([\w.]+)/\1\.csproj$")]
    private static partial Regex TestProject();
}
