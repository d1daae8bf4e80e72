using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeOrleans.Grains.Memory;
using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Grains;

/// <summary>What can be asked of collections and memory at any time, as instruments. Nothing is computed until somebody asks.</summary>
internal sealed class CollectionGauges(ResidentCollections residents, MemoryBudget budget) : IHostedService, IDisposable
{
    // One look serves for all instruments of one scrape.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly Meter _meter = new(GaugeMeter.Name);
    private (long Entries, long Bytes) _contents;
    private long _lookedAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.Gauge("edgeorleans.collections.active", "{collection}", "Collections in memory, the catalog's own included.", () => residents.Count);
        _meter.Counter("edgeorleans.collections.activations", "{activation}", "Collections taken into memory.", () => residents.Activations);
        _meter.Counter("edgeorleans.collections.deactivations", "{deactivation}", "Collections that left memory.", () => residents.Deactivations);
        _meter.Gauge("edgeorleans.entries", "{entry}", "Entries in memory.", () => Contents.Entries);
        _meter.Gauge("edgeorleans.entries.size", "By", "Bytes of keys and values in memory.", () => Contents.Bytes);
        _meter.Gauge("edgeorleans.memory.collections", "By", "Memory that collections take or have been promised.", () => residents.Bytes);
        _meter.Gauge("edgeorleans.memory.collections.limit", "By", "How much they may take before the least recently used leave.", () => residents.Limit);
        _meter.Gauge("edgeorleans.memory.heap.limit", "By", "How far the managed heap may grow.", () => budget.HeapBytes);
        _meter.Gauge("edgeorleans.memory.budget", "By", "What the process is to stay within (Memory:BudgetBytes).", () => budget.Bytes);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    private (long Entries, long Bytes) Contents
    {
        get
        {
            if (_lookedAt == 0 || Stopwatch.GetElapsedTime(_lookedAt) > LookInterval)
            {
                _contents = residents.Contents();
                _lookedAt = Stopwatch.GetTimestamp();
            }

            return _contents;
        }
    }
}
