namespace EdgeOrleans.ServiceHarness;

/// <summary>Which binary the tests run: the one that the build left, or another, such as the native edition.</summary>
public static class ServiceBinary
{
    /// <summary>The environment variable that names another binary.</summary>
    public const string Variable = "EDGEORLEANS_BINARY";

    /// <summary>The top of the repository that the tests were built from.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The binary's full path.</summary>
    public static string Path { get; } = Find();

    /// <summary>Whether it was given by <see cref="Variable"/>, so that tests of what only the built one has can be skipped.</summary>
    public static bool IsGiven { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return System.IO.Path.GetFullPath(given);
        }

        // This assembly lies in tests/X/bin/Release/net10.0, the service in src/Silo/bin/Release/net10.0.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return System.IO.Path.Combine(RepositoryRoot, "src", "Silo", "bin", output.Parent!.Name, output.Name, "edgeorleans");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(System.IO.Path.Combine(folder.FullName, "src", "Silo")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"There is no src/Silo above {AppContext.BaseDirectory}.");
    }
}
