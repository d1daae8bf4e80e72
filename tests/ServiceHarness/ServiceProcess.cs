using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EdgeOrleans.ServiceHarness;

/// <summary>The service as a process of its own, with its real files, sockets and signals.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ServiceLines _output = new();
    private readonly ServiceLines _errors = new();
    private readonly Task _outputEnd;
    private readonly Task _errorsEnd;
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    private ServiceProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        _outputEnd = _output.ReadAll(_process.StandardOutput);
        _errorsEnd = _errors.ReadAll(_process.StandardError);
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens, as its start line says; the first when there are several.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where its data is, as its start line says.</summary>
    public string DataPath { get; private set; } = "";

    /// <summary>A client of <see cref="Address"/>.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>From the start of the process to its start line.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => _output.Snapshot();

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Done when it has ended, however long that takes.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts the service and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended or said nothing in time; the message has all it printed.</exception>
    public static async Task<ServiceProcess> Start(ServiceDirectory directory, ServiceSetup? setup = null)
    {
        setup ??= new ServiceSetup();
        var service = new ServiceProcess(StartInfo(directory, setup));
        try
        {
            var line = await service._output.First(StartLine(), setup.StartLimit, service._outputEnd)
                ?? throw new InvalidOperationException($"The service does not listen.\n{await service.Transcript()}");
            service.StartTime = Stopwatch.GetElapsedTime(service._startedAt);
            service.Address = new Uri(line.Groups["address"].Value);
            service.DataPath = line.Groups["data"].Value;
            service.Client = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromSeconds(30) };
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the service for a test of why it does not: waits until it has ended by itself.</summary>
    public static async Task<ServiceExit> RunToExit(ServiceDirectory directory, ServiceSetup? setup = null)
    {
        await using var service = new ServiceProcess(StartInfo(directory, setup ?? new ServiceSetup()));
        return await service.WaitForExit(service._startedAt);
    }

    /// <summary>Starts the binary for something else than serving, such as a verb, and waits for nothing.</summary>
    public static ServiceProcess Begin(ServiceDirectory directory, ServiceSetup setup) => new(StartInfo(directory, setup));

    /// <summary>SIGTERM, as systemd sends it, and the end that follows.</summary>
    public Task<ServiceExit> Stop() => Signal(ProcessSignal.Terminate);

    /// <summary>SIGINT, as a terminal sends it for Ctrl-C, and the end that follows.</summary>
    public Task<ServiceExit> Interrupt() => Signal(ProcessSignal.Interrupt);

    /// <summary>SIGKILL: nothing that it has not made durable survives in the process.</summary>
    public Task<ServiceExit> Kill() => Signal(ProcessSignal.Kill);

    /// <summary>SIGSTOP: it is there, and does nothing.</summary>
    public void Freeze() => ProcessSignal.Send(Id, ProcessSignal.Stop);

    /// <summary>SIGCONT: it goes on where it was.</summary>
    public void Thaw() => ProcessSignal.Send(Id, ProcessSignal.Continue);

    /// <summary>Waits for an end that something else causes.</summary>
    public Task<ServiceExit> WaitForExit() => WaitForExit(Stopwatch.GetTimestamp());

    /// <summary>Waits for a line of the log.</summary>
    /// <exception cref="InvalidOperationException">It did not come in time.</exception>
    public async Task<string> WaitForLine(string pattern, TimeSpan limit) =>
        (await _output.First(new Regex(pattern), limit, _outputEnd))?.Value
        ?? throw new InvalidOperationException($"No line matches '{pattern}'.\n{await Transcript()}");

    /// <summary>Ends the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            ProcessSignal.Send(Id, ProcessSignal.Kill);
            await _process.WaitForExitAsync();
        }

        Client?.Dispose();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(ServiceDirectory directory, ServiceSetup setup)
    {
        // A shell lets what it starts in the background ignore SIGINT, the tests and all that they start; env ends that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", .. setup.Command, .. setup.Arguments])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // Whatever else is set where the tests run must not reach the service.
        foreach (var name in start.Environment.Keys.ToArray())
        {
            if (name is not ("PATH" or "HOME" or "TMPDIR") && !name.StartsWith("DOTNET_", StringComparison.Ordinal))
            {
                start.Environment.Remove(name);
            }
        }

        if (!setup.LeavesListenOut && !setup.Options.ContainsKey("Http:Listen"))
        {
            start.Environment["Http__Listen"] = "http://127.0.0.1:0";
        }

        foreach (var (name, value) in setup.Options)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        foreach (var (name, value) in setup.Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task<ServiceExit> Signal(int signal)
    {
        var sentAt = Stopwatch.GetTimestamp();
        ProcessSignal.Send(Id, signal);
        return await WaitForExit(sentAt);
    }

    private async Task<ServiceExit> WaitForExit(long since)
    {
        using var limit = new CancellationTokenSource(ExitLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The service does not end.\n{await Transcript()}");
        }

        var time = Stopwatch.GetElapsedTime(since);
        await Task.WhenAll(_outputEnd, _errorsEnd);
        return new ServiceExit(_process.ExitCode, _output.Snapshot(), _errors.Snapshot(), time);
    }

    private async Task<string> Transcript()
    {
        if (_process.HasExited)
        {
            await Task.WhenAll(_outputEnd, _errorsEnd);
        }

        var end = _process.HasExited ? $"exit code {_process.ExitCode}" : "still running";
        return $"{ServiceBinary.Path} ({end})\n{string.Join('\n', _output.Snapshot().Concat(_errors.Snapshot()))}";
    }

    [GeneratedRegex(@"^(\{.*""Message"":"")?EdgeOrleans \S+ listens on (?<address>[^ ,]+)(, \S+)* and keeps its data in (?<data>[^""]+)")]
    private static partial Regex StartLine();
}
