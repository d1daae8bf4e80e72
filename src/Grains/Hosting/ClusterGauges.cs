using System.Diagnostics.Metrics;
using EdgeOrleans.Grains.Durability;
using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Grains;

/// <summary>What can be asked of the commits to a cluster's storage at any time, as instruments.</summary>
internal sealed class ClusterGauges(StorageDurability storage) : IHostedService, IDisposable
{
    private readonly Meter _meter = new(GaugeMeter.Name);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.Gauge("edgeorleans.commit.pending", "By", "Bytes of writes that wait for the storage.", () => storage.PendingBytes);
        _meter.Gauge("edgeorleans.commit.pending.limit", "By", "How many may.", () => storage.MaxPendingBytes);
        _meter.Gauge("edgeorleans.commit.writable", "{state}", "1 while writes are taken, 0 while the storage does not answer.",
            () => storage.Breaker.Fault is null ? 1 : 0);
        _meter.Counter("edgeorleans.commit.outages", "{outage}", "Times that the storage ceased to answer.", () => storage.Breaker.Openings);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();
}
