using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Services;

/// <summary>A service that a scenario starts itself: on a free loopback port, with its data in a temporary directory.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly ServiceStart _start;
    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-load-").FullName;
    private Process? _process;

    private ServiceProcess(ServiceStart start) => _start = start;

    public int Id => _process!.Id;

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Starts a binary without anything special.</summary>
    /// <exception cref="LoadFault">It does not start.</exception>
    public static Task<ServiceProcess> Start(string binary) => Start(new ServiceStart(binary));

    /// <exception cref="LoadFault">It does not start.</exception>
    public static async Task<ServiceProcess> Start(ServiceStart start)
    {
        var service = new ServiceProcess(start);
        try
        {
            await service.Begin();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM, and the end that follows.</summary>
    public async Task Stop()
    {
        _ = Kill(Id, Terminate);
        using var limit = new CancellationTokenSource(StopLimit);
        await _process!.WaitForExitAsync(limit.Token);
    }

    /// <summary>Starts it again after <see cref="Stop"/>, on the same port and the same data.</summary>
    /// <exception cref="LoadFault">It does not start.</exception>
    public async Task Begin()
    {
        _process?.Dispose();
        _process = Process.Start(StartInfo()) ?? throw new LoadFault($"{_start.Binary} does not start.");
        var errors = _process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(StartLimit);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (StartLine().Match(line) is { Success: true } match)
                {
                    Address = new Uri(match.Groups["address"].Value);
                    _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new LoadFault($"{_start.Binary} does not listen after {StartLimit.TotalSeconds:0} s.");
        }

        throw new LoadFault($"{_start.Binary} does not start: {(await errors).Trim()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private ProcessStartInfo StartInfo()
    {
        var command = _start.Prefix.Append(Path.GetFullPath(_start.Binary)).ToArray();
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Remove(HttpConnection.InlineCompletions);
        info.Environment["Http__Listen"] = Address.GetLeftPart(UriPartial.Authority);
        foreach (var (name, value) in _start.Options)
        {
            info.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return info;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [GeneratedRegex(@"^EdgeOrleans \S+ listens on (?<address>[^ ,]+)")]
    private static partial Regex StartLine();
}
