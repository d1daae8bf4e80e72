using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeOrleans.Load.Tests;

/// <summary>Answers each request as a test wants, one connection at a time to the next.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, Task<(int Status, string Body)>> _answer;
    private readonly Task _accepting;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Gets the first line of a request.</param>
    public FakeService(Func<string, Task<(int Status, string Body)>> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = Accept();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        try
        {
            while (await reader.ReadLineAsync() is { } first)
            {
                var length = 0;
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    length = header.StartsWith("Content-Length: ", StringComparison.Ordinal) ? int.Parse(header[16..]) : length;
                }

                if (length > 0)
                {
                    await reader.ReadBlockAsync(new char[length]);
                }

                var (status, body) = await _answer(first);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            }
        }
        catch (IOException)
        {
            // The generator is done.
        }
    }
}
