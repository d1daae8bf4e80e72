using System.IO.Pipelines;
using System.Net.Security;

namespace EdgeOrleans;

/// <summary>What Orleans reads and writes on a connection with TLS.</summary>
internal sealed class TlsPipe(SslStream stream) : IDuplexPipe
{
    // A TLS record at a time.
    private const int BufferSize = 16 * 1024;

    /// <inheritdoc/>
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferSize, leaveOpen: true));

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferSize, leaveOpen: true));
}
