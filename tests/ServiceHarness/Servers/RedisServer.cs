using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace EdgeOrleans.ServiceHarness.Servers;

/// <summary>
/// A real Redis on a port and in a directory of its own, with an append-only file that is flushed at each write, as a cluster asks for.
/// <see cref="Variable"/> names one that runs elsewhere instead; then tests that harm the server are skipped.
/// </summary>
/// <param name="address">The address of this machine that it listens on.</param>
/// <param name="password">What it asks for, if anything.</param>
public sealed class RedisServer(string address = "127.0.0.1", string password = "") : IAsyncDisposable
{
    /// <summary>The environment variable with the connection string of a server elsewhere.</summary>
    public const string Variable = "EDGEORLEANS_REDIS";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string? _elsewhere = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeorleans-redis-");
    private readonly int _port = FreePort.Find();
    private Process? _process;

    /// <summary>Whether it is a process of this test's own.</summary>
    public bool IsOwn => _elsewhere is null;

    /// <summary>Its process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>How to connect, in the words of StackExchange.Redis.</summary>
    public string ConnectionString => _elsewhere ?? (password.Length == 0 ? $"{address}:{_port}" : $"{address}:{_port},password={password}");

    /// <summary>Starts it, again after a kill with all that it had, and waits until it answers; unless it is elsewhere.</summary>
    public async Task Start()
    {
        if (!IsOwn)
        {
            return;
        }

        _process = Process.Start(new ProcessStartInfo(
            "redis-server",
            [
                "--port", $"{_port}", "--bind", address, "--protected-mode", "no", "--dir", _directory.FullName, "--logfile", "redis.log",
                "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
                "--requirepass", password,
            ]))!;
        var started = Stopwatch.GetTimestamp();
        while (await Ask("PING") != "+PONG")
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new InvalidOperationException("redis-server does not start: ./test.sh installs it.");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        ProcessSignal.Send(_process!.Id, ProcessSignal.Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: connections stay open, and nothing answers.</summary>
    public void Hang() => ProcessSignal.Send(_process!.Id, ProcessSignal.Stop);

    /// <summary>SIGCONT.</summary>
    public void GoOn() => ProcessSignal.Send(_process!.Id, ProcessSignal.Continue);

    /// <summary>Whatever was done to it: it runs and answers.</summary>
    public async Task Mend()
    {
        if (_process is { HasExited: true })
        {
            await Start();
        }
        else if (IsOwn)
        {
            GoOn();
        }
    }

    /// <summary>Takes all that it holds.</summary>
    public async Task Wipe()
    {
        if (await Ask("FLUSHALL") != "+OK")
        {
            throw new InvalidOperationException("Redis was not emptied.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await Kill();
        }

        _process?.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>One command without arguments that need quoting.</summary>
    /// <returns>The first line of the answer; empty when there is none.</returns>
    private async Task<string> Ask(string command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, _port, limit.Token);
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            if (password.Length > 0)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {password}\r\n"), limit.Token);
                await reader.ReadLineAsync(limit.Token);
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), limit.Token);
            return await reader.ReadLineAsync(limit.Token) ?? "";
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            return "";
        }
    }
}
