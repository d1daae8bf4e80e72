using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace EdgeOrleans.Silo.Tests;

/// <summary>What systemd is to a service of Type=notify: a datagram socket that its reports arrive at.</summary>
internal sealed class NotifyListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<(TimeSpan At, string Line)> _lines = [];
    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <param name="name">A path, or a name in the abstract namespace, which begins with <c>@</c>.</param>
    public NotifyListener(string name)
    {
        Name = name;
        _socket.Bind(new UnixDomainSocketEndPoint(name.StartsWith('@') ? '\0' + name[1..] : name));
        _ = Listen();
    }

    public string Name { get; }

    /// <summary>All lines so far, each with its time since the start.</summary>
    public (TimeSpan At, string Line)[] Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public int Count(string prefix) => Lines.Count(line => line.Line.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Waits until so many lines begin so.</summary>
    public async Task Expect(string prefix, int count, TimeSpan limit)
    {
        var begin = Stopwatch.GetTimestamp();
        while (Count(prefix) < count)
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < limit, $"no {count} times {prefix} in:\n{string.Join('\n', Lines)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task Listen()
    {
        var datagram = new byte[4096];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(datagram);
                lock (_lines)
                {
                    _lines.AddRange(Encoding.UTF8.GetString(datagram, 0, length).Split('\n').Select(line => (Stopwatch.GetElapsedTime(_begin), line)));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
