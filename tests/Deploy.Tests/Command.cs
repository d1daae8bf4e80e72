using System.Diagnostics;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Deploy.Tests;

/// <summary>One command, run to its end.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it printed, on either stream.</param>
internal sealed record Command(int Code, string Output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>The top of the repository.</summary>
    public static string Repository => ServiceBinary.RepositoryRoot;

    /// <summary>Whether this user may mount and make namespaces.</summary>
    public static bool IsRoot { get; } = Environment.UserName == "root";

    /// <summary>Runs a program that is expected to succeed.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> Succeed(string program, params string[] arguments)
    {
        var command = await Run(program, arguments);
        Assert.True(command.Code == 0, $"{program} {string.Join(' ', arguments)}: {command.Code}\n{command.Output}");
        return command.Output;
    }

    /// <summary>Runs a program in the repository.</summary>
    public static Task<Command> Run(string program, params string[] arguments) => RunIn(Repository, program, arguments);

    /// <summary>Runs a program in a directory. One that is not there ends with -1.</summary>
    public static async Task<Command> RunIn(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            using var limit = new CancellationTokenSource(Limit);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Command(process.ExitCode, await output + await errors);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new Command(-1, e.Message);
        }
    }
}
