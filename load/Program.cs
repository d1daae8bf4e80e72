using EdgeOrleans.Load;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Scenarios;

HttpConnection.MakeCheaper();
return await new CommandLine().Run(args, Run);

static async Task<int> Run(CommandLineRun run, CancellationToken ct)
{
    // Signals are caught once this has returned for the first time: before anything is started that would be left behind.
    await Task.Yield();
    var progress = ProgressLine.OfConsole();
    var startedAt = DateTimeOffset.UtcNow;
    var results = new List<ScenarioResult>();
    try
    {
        foreach (var scenario in run.Scenarios)
        {
            progress.Show($"{scenario.Name}: preparing");
            results.Add(await scenario.Run(run.Options, progress, ct));
            progress.Clear();
            Console.WriteLine(ConsoleReport.Of(results[^1]));
        }
    }
    catch (OperationCanceledException)
    {
        progress.Clear();
        return ExitCode.NothingMeasured;
    }
    catch (LoadFault fault)
    {
        progress.Clear();
        Console.Error.WriteLine(fault.Message);
        return ExitCode.NothingMeasured;
    }

    var report = new RunReport(startedAt, Machine.Description, run.Options.Service ?? run.Options.Address.ToString(), results);
    if (run.ReportPath is not null)
    {
        await File.WriteAllTextAsync(run.ReportPath, HtmlReport.Of(report), ct);
    }

    if (run.JsonPath is not null)
    {
        await File.WriteAllTextAsync(run.JsonPath, report.ToJson(), ct);
    }

    return report.Holds ? ExitCode.Held : ExitCode.Passed;
}
