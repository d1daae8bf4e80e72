using System.Text.RegularExpressions;

namespace EdgeOrleans.Deploy.Tests.Native;

/// <summary>What the trimmer and the native compiler warn of in packages: each warning is known, has its reason, and is an error where it is not known.</summary>
public sealed partial class PackageWarningTests : IDisposable
{
    private static readonly string List = Path.Combine(Command.Repository, "src/Silo/Native/package-warnings.txt");

    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-warnings-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Warning_of_a_package_is_in_the_list_and_an_error_when_its_package_may_not_warn()
    {
        // No package may warn: each warning that there is fails the publish, as that of a new package does. The repository's own native
        // object, which the next publish would have to make anew, is left alone.
        var publish = await Command.Run(
            "dotnet", "publish", "src/Silo", "-c", "Release", "-r", DeviceEdition.RuntimeIdentifier, "-p:PublishProfile=device",
            "-p:TellPackageWarnings=true", $"-p:NativeIntermediateOutputPath={_directory}/native/", "-o", Path.Combine(_directory, "publish"));
        Assert.True(publish.Code != 0, "It was published with warnings.");

        // The summary at the end of a build repeats its errors.
        var told = publish.Output.Split("Build FAILED.")[0].Split('\n').Select(static line => Told().Match(line)).Where(static match => match.Success)
            .CountBy(static match => $"{match.Groups["code"].Value} {match.Groups["where"].Value}").Select(static warning => $"{warning.Value} {warning.Key}").ToArray();
        Assert.True(told.Length > 0, publish.Output);
        var known = Known().ToArray();
        Assert.True(
            told.Order(StringComparer.Ordinal).SequenceEqual(known.Order(StringComparer.Ordinal)),
            $"Not in {List}:\n{string.Join('\n', told.Except(known))}\n\nThere, and no more told:\n{string.Join('\n', known.Except(told))}");
    }

    /// <summary>The warnings of the list, each below a reason.</summary>
    private static IEnumerable<string> Known()
    {
        var hasReason = false;
        foreach (var line in File.ReadAllLines(List))
        {
            hasReason = line.StartsWith('#') || (hasReason && line.Length > 0);
            if (line.Length > 0 && line[0] != '#')
            {
                Assert.True(hasReason, $"{List} gives no reason for '{line}'.");
                yield return line;
            }
        }
    }

    [GeneratedRegex(@" analysis error (?<code>IL\d+): (?<where>.*?): ")]
    private static partial Regex Told();
}
