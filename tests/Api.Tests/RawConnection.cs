using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EdgeOrleans.Api.Tests;

/// <summary>An answer as it came over the wire.</summary>
public sealed record RawResponse(int Status, Dictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Code => Json.GetProperty("code").GetString();

    public string Message => Json.GetProperty("message").GetString()!;
}

/// <summary>A socket that sends just the bytes it is given: an HTTP client would tidy them up.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly List<byte> _unread = [];
    private Stream _stream = Stream.Null;

    /// <summary>Connects, over TLS when the address says so.</summary>
    public static async Task<RawConnection> Open(Uri address)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(address.Host, address.Port);
        connection._stream = new NetworkStream(connection._socket);
        if (address.Scheme == "https")
        {
            var tls = new SslStream(connection._stream);
            connection._stream = tls;
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
            });
        }

        return connection;
    }

    public Task Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public async Task Send(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset, as a client that dies does.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public async Task<RawResponse> Read(bool head = false) =>
        await TryRead(head) ?? throw new EndOfStreamException("the connection was closed without an answer");

    /// <summary>The next answer; <see langword="null"/> when the connection ends before it begins.</summary>
    public async Task<RawResponse?> TryRead(bool head = false)
    {
        if (await ReadTo("\r\n\r\n") is not { } text)
        {
            return null;
        }

        var lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        if (head || status is 204 or 100)
        {
            return new(status, headers, []);
        }

        return new(status, headers, headers.ContainsKey("Transfer-Encoding") ? await ReadChunks() : await ReadExactly(
            int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)));
    }

    /// <summary>Whether the other side closes the connection, with nothing more to read.</summary>
    public async Task<bool> IsClosed()
    {
        if (_unread.Count > 0)
        {
            return false;
        }

        try
        {
            using var patience = new CancellationTokenSource(Patience);
            return await _stream.ReadAsync(new byte[1], patience.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<byte[]> ReadChunks()
    {
        var body = new List<byte>();
        while (true)
        {
            var size = int.Parse(await ReadTo("\r\n") ?? throw new EndOfStreamException(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange(await ReadExactly(size));
            await ReadTo("\r\n");
            if (size == 0)
            {
                return [.. body];
            }
        }
    }

    private async Task<byte[]> ReadExactly(int count)
    {
        while (_unread.Count < count)
        {
            if (!await Receive())
            {
                throw new EndOfStreamException($"{_unread.Count} of {count} bytes");
            }
        }

        return Take(count);
    }

    private async Task<string?> ReadTo(string mark)
    {
        var bytes = Encoding.ASCII.GetBytes(mark);
        while (true)
        {
            var at = _unread.ToArray().AsSpan().IndexOf(bytes);
            if (at >= 0)
            {
                return Encoding.Latin1.GetString(Take(at + bytes.Length)[..at]);
            }

            if (!await Receive())
            {
                return _unread.Count == 0 ? null : throw new EndOfStreamException("an answer ended within its headers");
            }
        }
    }

    private byte[] Take(int count)
    {
        byte[] taken = [.. _unread[..count]];
        _unread.RemoveRange(0, count);
        return taken;
    }

    private async Task<bool> Receive()
    {
        var buffer = new byte[64 * 1024];
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var count = await _stream.ReadAsync(buffer, patience.Token);
            _unread.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("the gateway hangs: no answer and no end of the connection");
        }
    }
}
