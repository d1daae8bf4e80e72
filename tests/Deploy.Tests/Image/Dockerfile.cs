using System.Text.RegularExpressions;

namespace EdgeOrleans.Deploy.Tests.Image;

/// <summary>The instructions of a Dockerfile, with continued lines joined.</summary>
internal sealed partial class Dockerfile
{
    private readonly List<(string Name, string Text)> _instructions;

    private Dockerfile(List<(string, string)> instructions) => _instructions = instructions;

    /// <summary>The instructions of the stage that makes the image, after its FROM.</summary>
    public IEnumerable<(string Name, string Text)> LastStage =>
        _instructions.Skip(_instructions.FindLastIndex(static line => line.Name == "FROM") + 1);

    public static Dockerfile Read(string path) => new(
        [.. Continuation().Replace(Comment().Replace(File.ReadAllText(path), ""), " ")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static line => line.Split(' ', 2))
            .Select(static words => (words[0], words[1].Trim()))]);

    /// <summary>The instructions of a named stage, after its FROM.</summary>
    public IEnumerable<(string Name, string Text)> Stage(string name) => _instructions
        .SkipWhile(line => line.Name != "FROM" || !line.Text.EndsWith($" AS {name}", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(static line => line.Name != "FROM");

    /// <summary>What the last stage says of an instruction that it has once.</summary>
    public string Last(string instruction) => Assert.Single(LastStage, line => line.Name == instruction).Text;

    /// <summary>The variables of the last stage.</summary>
    public string[] Environment => Last("ENV").Split(' ');

    [GeneratedRegex(@"^#.*\n", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();
}
