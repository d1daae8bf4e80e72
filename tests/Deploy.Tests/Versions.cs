using System.Text.RegularExpressions;

namespace EdgeOrleans.Deploy.Tests;

/// <summary>The version as the repository's files have it.</summary>
internal static partial class Versions
{
    /// <summary>The version prefix in a file of MSBuild.</summary>
    public static string Of(string props) =>
        Prefix().Match(File.ReadAllText(Path.Combine(Command.Repository, props))).Groups["version"].Value;

    [GeneratedRegex("<VersionPrefix>(?<version>.*)</VersionPrefix>")]
    private static partial Regex Prefix();
}
