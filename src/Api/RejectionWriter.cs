using System.IO.Pipelines;
using System.Text;

namespace EdgeOrleans.Api;

/// <summary>
/// Passes all on and looks only at the first bytes of what is written. The gateway's own errors always have a body,
/// and no JSON holds a header line, so an empty error can only be the server's.
/// </summary>
internal sealed class RejectionWriter(PipeWriter output) : PipeWriter
{
    /// <summary>Room to grow an empty answer in place: its headers take some 150 bytes.</summary>
    private const int RoomBytes = 768;

    private Memory<byte> _lent;

    private static ReadOnlySpan<byte> Version => "HTTP/1.1 "u8;

    private static ReadOnlySpan<byte> NoBody => "\r\nContent-Length: 0\r\n"u8;

    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _lent = output.GetMemory(Math.Max(sizeHint, RoomBytes));

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        var written = _lent.Span[..bytes];
        if (bytes > Version.Length && written[0] == 'H' && written[Version.Length] is (byte)'4' or (byte)'5')
        {
            bytes = GiveBody(bytes);
        }

        _lent = _lent[bytes..];
        output.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    private int GiveBody(int bytes)
    {
        var written = _lent.Span[..bytes];
        var at = written.IndexOf(NoBody);
        if (!written.StartsWith(Version) || at < 0 || !written.EndsWith("\r\n\r\n"u8))
        {
            return bytes;
        }

        var body = Body(written[Version.Length..(Version.Length + 3)]);
        var header = Encoding.ASCII.GetBytes($"\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        var rest = written[(at + NoBody.Length)..].ToArray();
        if (at + header.Length + rest.Length + body.Length > _lent.Length)
        {
            return bytes;
        }

        var to = _lent.Span[at..];
        header.CopyTo(to);
        rest.CopyTo(to[header.Length..]);
        body.CopyTo(to[(header.Length + rest.Length)..]);
        return at + header.Length + rest.Length + body.Length;
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> status) =>
        status.SequenceEqual("408"u8) ? "{\"message\":\"the request did not arrive in time\",\"code\":\"TIMEOUT\"}"u8
        : status.SequenceEqual("405"u8) ? "{\"message\":\"the method does not go with this form of request target\",\"code\":\"METHOD_NOT_ALLOWED\"}"u8
        : status.SequenceEqual("413"u8) ? "{\"message\":\"the request body is too large\",\"code\":\"BODY_TOO_LARGE\"}"u8
        : status.SequenceEqual("414"u8) ? "{\"message\":\"the request target is longer than the limit of 8192 bytes\",\"code\":\"INVALID_PARAMS\"}"u8
        : status.SequenceEqual("431"u8) ? "{\"message\":\"the request headers are longer than the limit of 32768 bytes or more than 100\",\"code\":\"INVALID_PARAMS\"}"u8
        : status.SequenceEqual("505"u8) ? "{\"message\":\"this version of HTTP is not spoken here; 1.1 is\",\"code\":\"INVALID_PARAMS\"}"u8
        : status[0] == '5' ? "{\"message\":\"the service failed to answer this request\",\"code\":\"INTERNAL_ERROR\"}"u8
        : "{\"message\":\"the request target, the Host header or another part of the request line or headers is not valid\",\"code\":\"INVALID_PARAMS\"}"u8;
}
