using System.Diagnostics;
using System.Text.Json;

namespace EdgeOrleans.Load.Tests;

/// <summary>The load generator as a process of its own.</summary>
internal static class Generator
{
    // Whether answers are right is the tests' matter, how fast the machine is that day is not.
    private static readonly string[] AnyPace = ["--p99-ms", "60000"];

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "edgeorleans-load");

    /// <summary>Runs it for a second, without a bound on latencies.</summary>
    public static Task<GeneratorRun> RunBriefly(params string[] arguments) => Run([.. arguments, "--duration", "1", "--warmup", "0.2", .. AnyPace]);

    /// <summary>Runs it.</summary>
    public static async Task<GeneratorRun> Run(params string[] arguments)
    {
        var directory = Directory.CreateTempSubdirectory("edgeorleans-load-tests-");
        try
        {
            var json = System.IO.Path.Combine(directory.FullName, "results.json");
            var page = System.IO.Path.Combine(directory.FullName, "report.html");
            using var process = Process.Start(new ProcessStartInfo(
                Path, [.. arguments, "--json", json, "--report", page])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return new GeneratorRun(
                process.ExitCode,
                output,
                await errors,
                File.Exists(json) ? JsonDocument.Parse(await File.ReadAllTextAsync(json)).RootElement.GetProperty("scenarios").EnumerateArray().ToArray() : [],
                File.Exists(page) ? await File.ReadAllTextAsync(page) : "");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

/// <summary>How it ended and what it wrote.</summary>
internal sealed record GeneratorRun(int ExitCode, string Output, string Errors, IReadOnlyList<JsonElement> Scenarios, string Page)
{
    /// <summary>All of it, for a failed test's message.</summary>
    public string Transcript => $"exit code {ExitCode}\n{Output}\n{Errors}";

    public JsonElement.ArrayEnumerator Steps => Scenarios[0].GetProperty("steps").EnumerateArray();
}
