using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Peers;

/// <summary>A peer's processes, on a free port and a disk of its own.</summary>
internal sealed partial class RunningPeer : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly List<Process> _processes = [];

    private RunningPeer(Peer peer)
    {
        Peer = peer;
        Port = PeerList.FreePort();
    }

    public Peer Peer { get; }

    public int Port { get; }

    public DataDisk Disk { get; } = new();

    /// <summary>From the first process's start until something answers.</summary>
    public TimeSpan StartTime { get; private set; }

    public double RssMb => _processes.Sum(static process => ProcessStatus.RssMb(process.Id) ?? 0);

    public double CpuSeconds => _processes.Sum(static process => ProcessStatus.CpuSeconds(process.Id) ?? 0);

    /// <exception cref="LoadFault">It does not start.</exception>
    public static async Task<RunningPeer> Start(Peer peer)
    {
        var running = new RunningPeer(peer);
        try
        {
            await running.Begin();
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            if (!process.HasExited)
            {
                _ = Kill(process.Id, Terminate);
                using var limit = new CancellationTokenSource(StopLimit);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }

            process.Dispose();
        }

        Disk.Dispose();
    }

    private async Task Begin()
    {
        var startedAt = Stopwatch.GetTimestamp();
        foreach (var command in Peer.Commands(Disk.Path, Port))
        {
            var start = new ProcessStartInfo(command.Binary, command.Arguments)
            {
                WorkingDirectory = Disk.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment.Remove(HttpConnection.InlineCompletions);
            var process = Process.Start(start) ?? throw new LoadFault($"{command.Binary} does not start.");
            _processes.Add(process);
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
        }

        while (!await Answers())
        {
            if (_processes.Find(static process => process.HasExited) is { } ended)
            {
                throw new LoadFault($"{Peer.Name} ended with exit code {ended.ExitCode}.");
            }

            if (Stopwatch.GetElapsedTime(startedAt) > StartLimit)
            {
                throw new LoadFault($"{Peer.Name} does not answer after {StartLimit.TotalSeconds:0} s.");
            }

            await Task.Delay(1);
        }

        StartTime = Stopwatch.GetElapsedTime(startedAt);
    }

    // Any answer will do: a peer that answers at all has started.
    private async Task<bool> Answers()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync("127.0.0.1", Port);
            await socket.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
            return await socket.ReceiveAsync(new byte[16]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
