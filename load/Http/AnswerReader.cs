using System.Buffers.Text;

namespace EdgeOrleans.Load.Http;

/// <summary>
/// Puts one HTTP/1.1 answer together from what has been received. Knows just what this service and its peers send: a body with
/// a length, in chunks, or none.
/// </summary>
internal sealed class AnswerReader
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _received;
    private int _headBytes;
    private int _status;
    private int _bodyBytes;
    private bool _isChunked;

    /// <summary>Whether the peer ends the connection after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>Where to receive to; never empty.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (_received == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            return _buffer.AsMemory(_received);
        }
    }

    public void Clear()
    {
        _received = 0;
        _headBytes = 0;
    }

    /// <summary>Takes in what was received.</summary>
    /// <returns>Whether the answer is complete.</returns>
    /// <exception cref="InvalidDataException">It is not an answer.</exception>
    public bool TryRead(int bytes, out Answer answer)
    {
        _received += bytes;
        answer = default;
        if (_headBytes == 0 && !TryReadHead())
        {
            return false;
        }

        if (_isChunked)
        {
            if (!TryMeasureChunks())
            {
                return false;
            }

            JoinChunks();
        }
        else if (_received < _headBytes + _bodyBytes)
        {
            return false;
        }

        answer = new Answer(_status, _buffer.AsMemory(_headBytes, _bodyBytes));
        return true;
    }

    private bool TryReadHead()
    {
        var received = _buffer.AsSpan(0, _received);
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        if (!received.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(received[9..], out _status, out _))
        {
            throw new InvalidDataException("not an HTTP/1.1 answer");
        }

        _headBytes = end + 4;
        _bodyBytes = 0;
        _isChunked = false;
        Closes = false;
        var head = received[..(end + 2)];
        for (var at = head.IndexOf((byte)'\n') + 1; at < head.Length;)
        {
            var line = head[at..];
            line = line[..line.IndexOf("\r\n"u8)];
            at += line.Length + 2;
            ReadHeader(line);
        }

        return true;
    }

    private void ReadHeader(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var value = line[(colon + 1)..].TrimStart((byte)' ');
        switch (colon)
        {
            case 14 when Is(line, "Content-Length"u8) && !Utf8Parser.TryParse(value, out _bodyBytes, out _):
                throw new InvalidDataException("a length that is none");
            case 17 when Is(line, "Transfer-Encoding"u8):
                _isChunked = true;
                break;
            case 10 when Is(line, "Connection"u8):
                Closes = Is(value, "close"u8);
                break;
        }
    }

    // Measures from the first chunk on each time: chunks are few, and only their first lines are looked at.
    private bool TryMeasureChunks()
    {
        for (var at = _headBytes; NextChunk(at, out var start, out var length); at = start + length + 2)
        {
            if (start + length + 2 > _received)
            {
                return false;
            }

            if (length == 0)
            {
                return true;
            }
        }

        return false;
    }

    private void JoinChunks()
    {
        _bodyBytes = 0;
        for (var at = _headBytes; NextChunk(at, out var start, out var length) && length > 0; at = start + length + 2)
        {
            _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(_headBytes + _bodyBytes));
            _bodyBytes += length;
        }
    }

    private bool NextChunk(int at, out int start, out int length)
    {
        start = 0;
        length = 0;
        var rest = at <= _received ? _buffer.AsSpan(at, _received - at) : [];
        var end = rest.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        if (!Utf8Parser.TryParse(rest, out length, out _, 'x'))
        {
            throw new InvalidDataException("a chunk without a length");
        }

        start = at + end + 2;
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) =>
        text.Length >= name.Length && System.Text.Ascii.EqualsIgnoreCase(text[..name.Length], name);
}
