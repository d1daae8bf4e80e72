using System.Net;

namespace EdgeOrleans.Load.Services;

/// <summary>What the service's process takes while it is under load.</summary>
internal sealed class ServiceUsage(int processId, BlockDevice? device)
{
    private double _cpuAtBegin;
    private long _bytesAtBegin;
    private double _peakRssMb;

    /// <summary>For the process that listens there; null when it cannot be seen.</summary>
    public static ServiceUsage? Find(IPEndPoint endPoint) => ListeningProcess.Find(endPoint) is { } id ? Of(id) : null;

    /// <summary>For a process of this machine.</summary>
    public static ServiceUsage Of(int processId) =>
        new(processId, ListeningProcess.DataPath(processId) is { } data ? BlockDevice.Of(data) : null);

    public void Begin()
    {
        _peakRssMb = 0;
        _cpuAtBegin = ProcessStatus.CpuSeconds(processId) ?? 0;
        _bytesAtBegin = device?.BytesWritten ?? 0;
        Look();
    }

    /// <summary>To be called now and then: the memory's peak is the highest that was seen.</summary>
    public void Look() => _peakRssMb = Math.Max(_peakRssMb, ProcessStatus.RssMb(processId) ?? 0);

    /// <summary>What it took since <see cref="Begin"/>; null when the process has ended.</summary>
    public UsageResult? End(long requests)
    {
        Look();
        return ProcessStatus.CpuSeconds(processId) is { } cpu && ProcessStatus.RssMb(processId) is { } rss
            ? new UsageResult
            {
                RssMb = rss,
                PeakRssMb = _peakRssMb,
                CpuSecondsPerThousand = requests == 0 ? 0 : (cpu - _cpuAtBegin) * 1000 / requests,
                Device = device?.Name,
                DeviceBytes = device is null ? null : device.BytesWritten - _bytesAtBegin,
            }
            : null;
    }
}

/// <summary>What a run cost the device that the service runs on.</summary>
internal sealed record UsageResult
{
    /// <summary>At the end of the run.</summary>
    public required double RssMb { get; init; }

    public required double PeakRssMb { get; init; }

    /// <summary>For 1,000 requests.</summary>
    public required double CpuSecondsPerThousand { get; init; }

    /// <summary>The block device below the data; null when it has none.</summary>
    public required string? Device { get; init; }

    /// <summary>Bytes that anybody wrote to <see cref="Device"/> during the run.</summary>
    public required long? DeviceBytes { get; init; }
}
