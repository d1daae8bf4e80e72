using System.Xml.Linq;

namespace EdgeOrleans.House.Tests;

/// <summary>The files of the repository that these tests look at.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The projects under <c>src</c>, by name.</summary>
    public static IReadOnlyDictionary<string, XDocument> SourceProjects { get; } =
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(static path => Path.GetFileNameWithoutExtension(path), static path => XDocument.Load(path));

    /// <summary>Files below some folders, as paths from the root, without what builds leave.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        from folder in folders
        where Directory.Exists(Path.Combine(Root, folder))
        from path in Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root, path)
        where !relative.Split('/').Any(static part => part is "bin" or "obj" or "artifacts")
        select relative;

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    public static string[] ReadLines(string relative) => File.ReadAllLines(Path.Combine(Root, relative));

    public static string[] Includes(XDocument project, string item) =>
        [.. project.Descendants(item).Select(static e => e.Attribute("Include")?.Value).OfType<string>()];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeOrleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"There is no EdgeOrleans.sln above {AppContext.BaseDirectory}.");
    }
}
