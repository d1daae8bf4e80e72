using System.Diagnostics.Metrics;

namespace EdgeOrleans.Grains.Collections;

/// <summary>What collections measure when it happens.</summary>
internal static class CollectionMeter
{
    private static readonly Meter Meter = new("EdgeOrleans.Grains");

    /// <summary>Seconds to bring a collection into memory, by how far: <c>open</c> for its outline, <c>load</c> for its entries.</summary>
    public static readonly Histogram<double> LoadDuration = Meter.CreateHistogram(
        "edgeorleans.collection.load.duration", "s", "Time to read a collection that was not in memory.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] });
}
