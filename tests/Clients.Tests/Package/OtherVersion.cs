using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Package;

/// <summary>The sources of the package as another version may have them: a copy, to which members are added or from which they are taken.</summary>
internal sealed class OtherVersion : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public OtherVersion()
    {
        foreach (var file in new[] { ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "src/Directory.Build.props" })
        {
            Copy(file);
        }

        var root = ServiceBinary.RepositoryRoot;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "src", "Abstractions"), "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(root, file);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(static folder => folder is "bin" or "obj"))
            {
                Copy(relative);
            }
        }
    }

    /// <summary>The project to pack.</summary>
    public string Project => Path.Combine(_directory.Path, "src", "Abstractions");

    /// <summary>Puts a member behind one that is there.</summary>
    public OtherVersion With(string file, string lineOfMember, string member) => Change(file, lineOfMember, (text, _, end) => text.Insert(end, "\n\n" + member));

    /// <summary>Takes a member away, with what stands above it.</summary>
    public OtherVersion Without(string file, string lineOfMember) => Change(file, lineOfMember, static (text, begin, end) =>
    {
        var above = text.LastIndexOf("\n\n", begin, StringComparison.Ordinal);
        return text.Remove(above, end - above);
    });

    public void Dispose() => _directory.Dispose();

    private OtherVersion Change(string file, string line, Func<string, int, int, string> change)
    {
        var path = Path.Combine(Project, file);
        var text = File.ReadAllText(path);
        var begin = text.IndexOf(line, StringComparison.Ordinal);
        Assert.True(begin > 0, $"{file} has no '{line}' any more.");
        File.WriteAllText(path, change(text, begin, begin + line.Length));
        return this;
    }

    private void Copy(string relative)
    {
        var to = Path.Combine(_directory.Path, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(Path.Combine(ServiceBinary.RepositoryRoot, relative), to);
    }
}
