using System.IO.Compression;
using System.Xml.Linq;

namespace EdgeOrleans.Clients.Tests.Package;

/// <summary>What is in the package that clients restore.</summary>
public sealed class PackageTests(PackedSample sample)
{
    [Fact]
    public void Package_holds_the_library_its_documentation_and_a_readme()
    {
        using var package = ZipFile.OpenRead(sample.Package);
        var files = package.Entries.Select(static entry => entry.FullName).ToArray();
        Assert.Contains("lib/net10.0/EdgeOrleans.Abstractions.dll", files);
        Assert.Contains("lib/net10.0/EdgeOrleans.Abstractions.xml", files);
        Assert.Contains("README.md", files);
        var documentation = XDocument.Load(package.GetEntry("lib/net10.0/EdgeOrleans.Abstractions.xml")!.Open());
        Assert.Contains(documentation.Descendants("member"), static member => member.Attribute("name")!.Value.StartsWith("M:EdgeOrleans.KeyValueClientBuilder.UseEdgeOrleans", StringComparison.Ordinal));
    }

    [Fact]
    public void Package_says_what_it_is_and_brings_the_Orleans_SDK_alone()
    {
        using var package = ZipFile.OpenRead(sample.Package);
        var metadata = XDocument.Load(package.GetEntry("EdgeOrleans.Abstractions.nuspec")!.Open()).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal("EdgeOrleans.Abstractions", Value("id"));
        Assert.Equal("README.md", Value("readme"));
        Assert.NotEmpty(Value("description")!);
        var dependency = Assert.Single(metadata.Descendants(), static element => element.Name.LocalName == "dependency");
        Assert.Equal(("Microsoft.Orleans.Sdk", "10.4.2"), (dependency.Attribute("id")!.Value, dependency.Attribute("version")!.Value));
    }
}
