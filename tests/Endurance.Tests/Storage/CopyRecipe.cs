using System.Diagnostics;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>How README says the data is copied while the service runs: the very commands, run by a shell.</summary>
internal static class CopyRecipe
{
    private const string Section = "## Copy the data";
    private const string Fence = "```";

    /// <summary>The first block of commands in README's section.</summary>
    public static string Commands()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "README.md")))
        {
            root = root.Parent ?? throw new InvalidOperationException($"There is no README.md above {AppContext.BaseDirectory}.");
        }

        var text = File.ReadAllText(Path.Combine(root.FullName, "README.md"));
        var section = text[text.IndexOf(Section, StringComparison.Ordinal)..];
        var begin = section.IndexOf('\n', section.IndexOf(Fence, StringComparison.Ordinal)) + 1;
        return section[begin..section.IndexOf(Fence, begin, StringComparison.Ordinal)];
    }

    /// <summary>Runs them where the service runs.</summary>
    /// <returns>The directory with the copy of <c>data</c>.</returns>
    public static async Task<string> Run(ServiceDirectory directory)
    {
        var start = new ProcessStartInfo("bash", ["-c", Commands()])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var shell = Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, $"exit code {shell.ExitCode}\n{output}{await errors}");

        // Their names have the time in them.
        return Directory.GetDirectories(directory.Path, "backup*").Max(StringComparer.Ordinal)!;
    }
}
