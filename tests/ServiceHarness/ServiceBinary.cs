namespace EdgeOrleans.ServiceHarness;

/// <summary>Which binary the tests run: the one that the build left, or another, such as the native edition.</summary>
public static class ServiceBinary
{
    /// <summary>The environment variable that names another binary.</summary>
    public const string Variable = "EDGEORLEANS_BINARY";

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
        var root = output;
        while (root is not null && !Directory.Exists(System.IO.Path.Combine(root.FullName, "src", "Silo")))
        {
            root = root.Parent;
        }

        return root is null || output.Parent is null
            ? throw new InvalidOperationException($"There is no src/Silo above {AppContext.BaseDirectory}.")
            : System.IO.Path.Combine(root.FullName, "src", "Silo", "bin", output.Parent.Name, output.Name, "edgeorleans");
    }
}
