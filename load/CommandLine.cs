using System.CommandLine;
using EdgeOrleans.Load.Scenarios;

namespace EdgeOrleans.Load;

/// <summary>Arguments and options.</summary>
internal sealed class CommandLine
{
    // After Ctrl-C: to end the service that a scenario started.
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(60);

    private readonly Argument<string[]> _scenarios = new("scenario") { Arity = ArgumentArity.OneOrMore, Description = "What to run, one after the other." };
    private readonly Option<Uri> _address = new("--address")
    {
        Description = "The service to measure.",
        CustomParser = static result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp
            ? uri
            : Fail(result, "--address must be such as http://127.0.0.1:8080"),
        DefaultValueFactory = static _ => new Uri("http://127.0.0.1:8080"),
    };

    private readonly Option<FileInfo> _service = new("--service") { Description = "The binary of a service to start and measure instead." };
    private readonly Option<int?> _rate = new("--rate") { Description = "Requests a second, measured from when each was due." };
    private readonly Option<int?> _users = new("--users") { Description = "Users, each with a connection." };
    private readonly Option<double?> _duration = new("--duration") { Description = "Seconds that a scenario takes." };
    private readonly Option<double> _warmUp = new("--warmup") { Description = "Seconds of the same load before it counts.", DefaultValueFactory = static _ => 5 };
    private readonly Option<double> _p99 = new("--p99-ms") { Description = "The p99 that must not be passed.", DefaultValueFactory = static _ => 50 };
    private readonly Option<int> _keys = new("--keys") { Description = "The most keys that 'scale' and 'soak' go to.", DefaultValueFactory = static _ => 1_000_000 };
    private readonly Option<FileInfo> _report = new("--report") { Description = "A file for the results as a page with charts." };
    private readonly Option<FileInfo> _json = new("--json") { Description = "A file for the results as JSON." };

    private readonly RootCommand _root;

    public CommandLine()
    {
        _root = new RootCommand($"Puts load on an EdgeOrleans service.\n\nScenarios:\n{Names()}")
        {
            _scenarios, _address, _service, _rate, _users, _duration, _warmUp, _p99, _keys, _report, _json,
        };
        _service.AcceptExistingOnly();
        Bound(_rate, 1);
        Bound(_users, 1);
        Bound(_keys, 1);
        Bound(_duration, 0);
        Bound(_warmUp, 0);
        Bound(_p99, 0);

        // Looks at tokens alone: reading a value here would keep that value's own validators from being asked.
        _root.Validators.Add(result =>
        {
            foreach (var name in result.GetResult(_scenarios)?.Tokens.Select(static token => token.Value) ?? [])
            {
                if (ScenarioList.Find(name) is not { } scenario)
                {
                    result.AddError($"there is no scenario '{name}'");
                }
                else if (scenario.NeedsService && result.GetResult(_service) is null)
                {
                    result.AddError($"'{name}' starts the service itself: --service must name its binary");
                }
            }
        });
    }

    /// <summary>Reads a command line and runs what it asks for.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> Run(string[] args, Func<CommandLineRun, CancellationToken, Task<int>> run)
    {
        _root.SetAction((parsed, ct) => run(new CommandLineRun(
            [.. parsed.GetRequiredValue(_scenarios).Select(static name => ScenarioList.Find(name)!)],
            new ScenarioOptions
            {
                Address = parsed.GetRequiredValue(_address),
                Service = parsed.GetValue(_service)?.FullName,
                Rate = parsed.GetValue(_rate),
                Users = parsed.GetValue(_users),
                Duration = parsed.GetValue(_duration) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
                P99Ms = parsed.GetValue(_p99),
                Keys = parsed.GetValue(_keys),
            },
            parsed.GetValue(_report)?.FullName,
            parsed.GetValue(_json)?.FullName), ct));
        var result = _root.Parse(args);
        foreach (var error in result.Errors)
        {
            Console.Error.WriteLine(error.Message);
        }

        return result.Errors.Count > 0 ? Task.FromResult(ExitCode.NothingMeasured) : result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = CleanUpLimit });
    }

    private static void Bound(Option option, int least) => option.Validators.Add(result =>
    {
        const int Most = 10_000_000;
        if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, out var value) && !(value >= least && value <= Most))
        {
            result.AddError($"{option.Name} must be {least} to {Most}");
        }
    });

    private static string Names() => string.Join('\n', ScenarioList.All.Select(static scenario => $"  {scenario.Name,-10} {scenario.Summary}"));

    private static Uri? Fail(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return null;
    }
}

/// <summary>What a command line asks for.</summary>
internal sealed record CommandLineRun(IReadOnlyList<Scenario> Scenarios, ScenarioOptions Options, string? ReportPath, string? JsonPath);
