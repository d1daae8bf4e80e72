using System.Xml.Linq;
using EdgeOrleans.NativeManifest;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests.Native;

/// <summary>What goes into the native edition, and how much comes out.</summary>
public sealed class NativeBuildTests
{
    // 20 MB; docs/footprint.md says what is in it.
    private const long LargestBinary = 20_000_000 - 1;

    [Fact]
    public async Task Generated_manifest_is_what_the_grain_interfaces_need()
    {
        var file = Path.Combine(ServiceBinary.RepositoryRoot, "src/Silo/Native/GeneratedManifest.cs");
        var written = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(written == ManifestSource.Generate(), "Run: dotnet run -c Release --project tools/NativeManifest -- src/Silo/Native/GeneratedManifest.cs");
    }

    [Fact]
    public async Task Substitution_names_a_method_of_the_assembly_that_was_compiled()
    {
        Assert.SkipUnless(ServiceBinary.IsGiven, "Needs a published device edition.");

        // The compiler's own arguments; it passes over a signature that it does not find.
        var responses = Directory.GetFiles(Path.Combine(ServiceBinary.RepositoryRoot, "src/Silo/obj/Release/net10.0"), "edgeorleans.ilc.rsp", SearchOption.AllDirectories);
        Assert.SkipWhen(responses.Length == 0, "The device edition was not published from this directory.");
        var arguments = await File.ReadAllLinesAsync(responses.MaxBy(File.GetLastWriteTimeUtc)!, TestContext.Current.CancellationToken);
        var assemblies = ValuesOf(arguments, "-r:").ToLookup(static path => Path.GetFileNameWithoutExtension(path));
        var files = ValuesOf(arguments, "--substitution:").ToArray();
        Assert.NotEmpty(files);
        foreach (var assembly in files.SelectMany(static file => XDocument.Load(file).Descendants("assembly")))
        {
            using var methods = new MethodNames(assemblies[assembly.Attribute("fullname")!.Value].First());
            foreach (var method in assembly.Descendants("method"))
            {
                Assert.Contains(method.Attribute("signature")!.Value, methods.Of(method.Parent!.Attribute("fullname")!.Value));
            }
        }
    }

    [Fact]
    public void Device_edition_is_smaller_than_20_MB()
    {
        Assert.SkipUnless(ServiceBinary.IsGiven, "Needs a published device edition.");
        Assert.InRange(new FileInfo(ServiceBinary.Path).Length, 1_000_000, LargestBinary);
    }

    private static IEnumerable<string> ValuesOf(string[] arguments, string option) =>
        arguments.Where(line => line.StartsWith(option, StringComparison.Ordinal)).Select(line => line[option.Length..].Trim('"'));
}
