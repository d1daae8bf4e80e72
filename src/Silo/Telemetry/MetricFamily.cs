using System.Diagnostics.Metrics;
using System.Text;

namespace EdgeOrleans.Silo.Telemetry;

/// <summary>All series of one name, as Prometheus calls them.</summary>
internal sealed class MetricFamily(string name, string help, MetricKind kind, double[] bounds)
{
    // For an instrument that brings none of its own; ours all do.
    private static readonly double[] DefaultBounds = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

    private readonly Lock _adding = new();
    private MetricSeries[] _series = [];

    /// <summary>The name in the text.</summary>
    public string Name { get; } = name;

    /// <summary>What an instrument's measurements are; <see langword="null"/> when they are of a type that nobody uses.</summary>
    public static MetricKind? KindOf(Instrument instrument) => KindOf<long>(instrument) ?? KindOf<int>(instrument) ?? KindOf<double>(instrument);

    /// <summary>An empty family for an instrument, named by the rules of OpenTelemetry's Prometheus exporters: unit, then <c>total</c>.</summary>
    public static MetricFamily Of(Instrument instrument, MetricKind kind)
    {
        var name = MetricNames.Of(instrument.Name, instrument.Unit, kind is MetricKind.Counter or MetricKind.ObservedCounter);
        return new MetricFamily(name, instrument.Description ?? "", kind, kind == MetricKind.Histogram ? BoundsOf(instrument) : []);
    }

    /// <summary>Takes a measurement.</summary>
    public void Measured(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, int round)
    {
        var series = Find(tags) ?? Add(tags);
        switch (kind)
        {
            case MetricKind.Histogram:
                series.Record(value, bounds);
                break;
            case MetricKind.Counter or MetricKind.UpDown:
                series.Add(value);
                break;
            default:
                series.Set(value, round);
                break;
        }
    }

    /// <summary>Writes all series; of observed ones those that answered in this round.</summary>
    public void Write(StringBuilder to, int round)
    {
        var isObserved = kind is MetricKind.ObservedCounter or MetricKind.ObservedGauge;
        var shown = Volatile.Read(ref _series).Where(series => !isObserved || series.Round == round).ToArray();
        if (shown.Length == 0)
        {
            return;
        }

        to.Append("# HELP ").Append(Name).Append(' ').Append(MetricNames.Escape(help)).Append('\n');
        to.Append("# TYPE ").Append(Name).Append(' ').Append(kind switch
        {
            MetricKind.Histogram => "histogram",
            MetricKind.Counter or MetricKind.ObservedCounter => "counter",
            _ => "gauge",
        }).Append('\n');
        foreach (var series in shown)
        {
            series.Write(to, Name, bounds, isHistogram: kind == MetricKind.Histogram);
        }
    }

    private static MetricKind? KindOf<T>(Instrument instrument)
        where T : struct => instrument switch
        {
            Counter<T> => MetricKind.Counter,
            ObservableCounter<T> => ExportedMeters.GoesDownToo(instrument) ? MetricKind.ObservedGauge : MetricKind.ObservedCounter,
            UpDownCounter<T> => MetricKind.UpDown,
            Gauge<T> => MetricKind.Gauge,
            ObservableGauge<T> or ObservableUpDownCounter<T> => MetricKind.ObservedGauge,
            Histogram<T> => MetricKind.Histogram,
            _ => null,
        };

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
        _ => DefaultBounds,
    };

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in Volatile.Read(ref _series))
        {
            if (series.Is(tags))
            {
                return series;
            }
        }

        return null;
    }

    private MetricSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_adding)
        {
            if (Find(tags) is { } other)
            {
                return other;
            }

            var series = new MetricSeries(tags, bounds.Length);
            Volatile.Write(ref _series, [.. _series, series]);
            return series;
        }
    }
}
