using System.Buffers;

namespace EdgeOrleans.Api;

/// <summary>All that the process measures, as text for Prometheus.</summary>
public interface IMetricsText
{
    /// <summary>Writes it in the text format 0.0.4.</summary>
    void Write(IBufferWriter<byte> to);
}
