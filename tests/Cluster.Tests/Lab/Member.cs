using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Cluster.Tests.Lab;

/// <summary>
/// One member of the cluster, as an operator keeps it: on one address for good, and started again after each end that nobody asked for.
/// </summary>
internal sealed class Member(int number, Uri address, ServiceSetup setup) : IAsyncDisposable
{
    // A new start would not cure it.
    private const int WrongOption = 2;

    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);

    private readonly ServiceDirectory _directory = new();
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(2) };
    private readonly ConcurrentQueue<string> _past = [];
    private CancellationTokenSource? _wanted;
    private Func<ServiceProcess, Task<ServiceExit>> _how = static process => process.Kill();
    private Task _keeping = Task.CompletedTask;
    private volatile ServiceProcess? _process;

    public int Number => number;

    /// <summary>Its gateway.</summary>
    public Uri Address => address;

    /// <summary>All that it wrote in this life and in those before, with the end of each.</summary>
    public IEnumerable<string> Lines => _past.Concat(_process?.Output ?? []);

    /// <summary>Starts it, with other variables when some are given, and waits until it is ready.</summary>
    public async Task Start(params (string Name, string Value)[] variables)
    {
        Begin(variables);
        await WaitReady();
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public void Begin(params (string Name, string Value)[] variables)
    {
        if (_wanted is null)
        {
            _wanted = new CancellationTokenSource();
            _keeping = Keep(variables.Aggregate(setup, static (all, one) => all.WithVariable(one.Name, one.Value)), _wanted.Token);
        }
    }

    /// <summary>Waits until it says that requests should be sent to it.</summary>
    public async Task WaitReady()
    {
        var started = Stopwatch.GetTimestamp();
        while (!await IsReady())
        {
            if (Stopwatch.GetElapsedTime(started) > ReadyLimit || _keeping.IsCompleted)
            {
                throw new InvalidOperationException($"Member {number} does not become ready.\n{Transcript()}");
            }

            await Task.Delay(50);
        }
    }

    public async Task<bool> IsReady()
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task Kill() => End(static process => process.Kill());

    /// <summary>SIGTERM.</summary>
    public Task Stop() => End(static process => process.Stop());

    /// <summary>SIGSTOP.</summary>
    public void Freeze() => _process!.Freeze();

    /// <summary>SIGCONT.</summary>
    public void Thaw() => _process!.Thaw();

    /// <summary>Whether a line of its log, of this life or a past one, has these words before the time is over.</summary>
    public Task<bool> Says(string words, TimeSpan limit) =>
        Until(() => Task.FromResult(Lines.Any(line => line.Contains(words, StringComparison.Ordinal))), limit);

    /// <summary>Whether a counter of its metrics, in this life, is above zero before the time is over.</summary>
    public Task<bool> Counts(string counter, TimeSpan limit) => Until(
        async () => (await Metrics()).Split('\n').Any(line => line.StartsWith(counter, StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)),
        limit);

    /// <summary>Whether it takes a write to a collection now.</summary>
    public async Task<bool> Takes(string collection)
    {
        try
        {
            return await _client.Set(collection, "k", "1") == HttpStatusCode.Created;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What its clock says, to a second.</summary>
    public async Task<DateTimeOffset> Clock()
    {
        using var answer = await _client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.Headers.Date!.Value;
    }

    /// <summary>How often it has ended.</summary>
    public int Ends() => Lines.Count(static line => line.StartsWith("(ended with", StringComparison.Ordinal));

    /// <summary>All that it ever wrote.</summary>
    public string Transcript() => $"member {number}:\n{string.Join('\n', Lines)}";

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _client.Dispose();
        _directory.Dispose();
    }

    private static async Task<bool> Until(Func<Task<bool>> condition, TimeSpan limit)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < limit; await Task.Delay(100))
        {
            if (await condition())
            {
                return true;
            }
        }

        return false;
    }

    private async Task<string> Metrics()
    {
        try
        {
            return await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return "";
        }
    }

    private async Task End(Func<ServiceProcess, Task<ServiceExit>> how)
    {
        if (_wanted is null)
        {
            return;
        }

        _how = how;
        await _wanted.CancelAsync();
        await _keeping;
        _wanted.Dispose();
        _wanted = null;
    }

    private async Task Keep(ServiceSetup with, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await using var process = ServiceProcess.Begin(_directory, with);
            _process = process;
            await process.Ended.WaitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var exit = await (process.HasExited ? process.WaitForExit() : _how(process));
            foreach (var line in exit.Output.Concat(exit.Errors).Append($"(ended with {exit.Code})"))
            {
                _past.Enqueue(line);
            }

            _process = null;
            if (exit.Code == WrongOption)
            {
                return;
            }

            await Task.Delay(RestartDelay, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
