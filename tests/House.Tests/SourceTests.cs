using System.Text.RegularExpressions;

namespace EdgeOrleans.House.Tests;

/// <summary>Habits of the sources that no compiler checks.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 400;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    [Fact]
    public void File_has_at_most_400_lines_or_a_reason()
    {
        foreach (var file in Repository.Files("*.cs", "src"))
        {
            var lines = Repository.ReadLines(file).Length;
            Assert.True(lines <= MaxLines || LongFiles.ContainsKey(file), $"{file} has {lines} lines: look for the noun that is missing.");
        }

        Assert.All(LongFiles.Keys, static file => Assert.True(Repository.ReadLines(file).Length > MaxLines, $"{file} is short again."));
    }

    [Fact]
    public void Nothing_is_left_to_be_done()
    {
        foreach (var file in Repository.Files("*.cs", "src", "tests", "load", "tools").Where(static file => !file.EndsWith("SourceTests.cs", StringComparison.Ordinal)))
        {
            Assert.False(Unfinished().IsMatch(Repository.Read(file)), $"{file} holds a note of unfinished work.");
        }
    }

    [Fact]
    public void Class_is_sealed_static_abstract_or_inherited_from()
    {
        var sources = Repository.Files("*.cs", "src").ToDictionary(static file => file, Repository.Read);
        var bases = sources.Values
            .SelectMany(static text => BaseName().Matches(text))
            .Select(static match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (file, text) in sources)
        {
            foreach (Match open in OpenClass().Matches(text))
            {
                Assert.True(bases.Contains(open.Groups["name"].Value), $"{file}: {open.Groups["name"].Value} is neither sealed nor anyone's base.");
            }
        }
    }

    [Fact]
    public void Namespace_is_file_scoped()
    {
        foreach (var file in Repository.Files("*.cs", "src", "tests"))
        {
            Assert.DoesNotMatch(BlockNamespace(), Repository.Read(file));
        }
    }

    [Fact]
    public void Bag_of_odds_and_ends_has_no_name_here()
    {
        foreach (var file in Repository.Files("*.cs", "src", "tests"))
        {
            Assert.DoesNotMatch(Bag(), file);
        }
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^\s*(?:public |internal |private |protected |partial |readonly |file )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex OpenClass();

    [GeneratedRegex(@"(?:class|record) \w+(?:<[^>]*>)?(?:\([^{;]*\))?\s*:\s*(?<name>\w+)")]
    private static partial Regex BaseName();

    [GeneratedRegex(@"^namespace [\w.]+\s*\{", RegexOptions.Multiline)]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"(Utils|Utilities|Helpers?|Common|Infrastructure|Misc)(/|\.cs$)")]
    private static partial Regex Bag();
}
