using System.Text;

namespace EdgeOrleans.Load.Http;

/// <summary>Writes requests into one array that is used again for each.</summary>
internal sealed class RequestBuffer(string host)
{
    private readonly byte[] _host = Encoding.ASCII.GetBytes($" HTTP/1.1\r\nHost: {host}\r\n");
    private byte[] _buffer = new byte[1024];

    /// <summary>A request without a body.</summary>
    /// <param name="methodAndPath">As in <c>GET /health</c>.</param>
    public ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> methodAndPath)
    {
        Ensure(methodAndPath.Length + _host.Length + 2);
        var length = Head(methodAndPath);
        "\r\n"u8.CopyTo(_buffer.AsSpan(length));
        return _buffer.AsMemory(0, length + 2);
    }

    /// <summary>A request with a JSON body.</summary>
    public ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> methodAndPath, ReadOnlySpan<byte> body)
    {
        const int LengthHeaderBytes = 64;
        Ensure(methodAndPath.Length + _host.Length + LengthHeaderBytes + body.Length);
        var at = Head(methodAndPath);
        System.Text.Unicode.Utf8.TryWrite(_buffer.AsSpan(at), $"Content-Length: {body.Length}\r\n\r\n", out var header);
        body.CopyTo(_buffer.AsSpan(at + header));
        return _buffer.AsMemory(0, at + header + body.Length);
    }

    private int Head(ReadOnlySpan<byte> methodAndPath)
    {
        methodAndPath.CopyTo(_buffer);
        _host.CopyTo(_buffer.AsSpan(methodAndPath.Length));
        return methodAndPath.Length + _host.Length;
    }

    private void Ensure(int bytes)
    {
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[bytes * 2];
        }
    }
}
