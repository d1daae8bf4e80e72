using System.Net;
using System.Net.Sockets;

namespace EdgeOrleans.Site.Tests.Servers;

/// <summary>The way from a device to its site: a TCP relay that can be cut, with and without a reset, and stalled, at any byte.</summary>
public sealed class Link : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly (string Host, int Port) _server;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;
    private TaskCompletionSource _flow = Flowing();
    private bool _isCut;
    private long _cutAfterBytes = long.MaxValue;
    private bool _isCutAtAnswer;
    private long _bytes;

    public Link((string Host, int Port) server)
    {
        _server = server;
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>Where devices connect.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes sent to the site so far.</summary>
    public long BytesSent => Interlocked.Read(ref _bytes);

    /// <summary>Resets all connections and refuses new ones.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            _isCutAtAnswer = false;
            _cutAfterBytes = long.MaxValue;
            Reset();
            _flow.TrySetResult();
        }
    }

    /// <summary>Cuts once so many more bytes have gone to the site: in the middle of whatever is sent then.</summary>
    public void CutAfter(long bytes)
    {
        lock (_gate)
        {
            _cutAfterBytes = BytesSent + bytes;
        }
    }

    /// <summary>Cuts once the site answers anything, which does not arrive: it has done what nobody is told of.</summary>
    public void CutAtAnswer()
    {
        lock (_gate)
        {
            _isCutAtAnswer = true;
        }
    }

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    public void Stall()
    {
        lock (_gate)
        {
            if (_flow.Task.IsCompleted)
            {
                _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>All works again; what was stalled passes.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _isCut = false;
            _cutAfterBytes = long.MaxValue;
            _flow.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var flow = new TaskCompletionSource();
        flow.SetResult();
        return flow;
    }

    private async Task Accept()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                _ = Relay(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Relay(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await _flow.Task;
            lock (_gate)
            {
                _open.Add(client);
                _open.Add(server);
                if (_isCut)
                {
                    Reset();
                    return;
                }
            }

            await server.ConnectAsync(_server.Host, _server.Port);
            await Task.WhenAny(Pump(client, server, counts: true), Pump(server, client, counts: false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(client);
                _open.Remove(server);
            }

            client.Dispose();
            server.Dispose();
        }
    }

    private async Task Pump(Socket from, Socket to, bool counts)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                await _flow.Task;
                var sent = counts ? Interlocked.Add(ref _bytes, length) : 0;
                if (counts && sent > Volatile.Read(ref _cutAfterBytes))
                {
                    // What was allowed of this piece still arrives.
                    await to.SendAsync(buffer.AsMemory(0, (int)Math.Clamp(length - (sent - _cutAfterBytes), 0, length)));
                    Cut();
                    return;
                }

                if (!counts && Volatile.Read(ref _isCutAtAnswer))
                {
                    Cut();
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Reset()
    {
        foreach (var socket in _open)
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }

        _open.Clear();
    }
}
