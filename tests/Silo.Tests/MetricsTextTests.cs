using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using EdgeOrleans.Silo.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeOrleans.Silo.Tests;

/// <summary>The text that Prometheus reads, made of measurements.</summary>
public sealed class MetricsTextTests : IDisposable
{
    private readonly MetricsText _text = new(NullLogger<MetricsText>.Instance);
    private readonly Meter _meter = new("EdgeOrleans.Tests");

    public void Dispose()
    {
        _meter.Dispose();
        _text.Dispose();
    }

    [Fact]
    public void Counter_adds_what_threads_measure_at_once()
    {
        var counter = _meter.CreateCounter<long>("edgeorleans.test.sums", "By", "What it is.");
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(2, new KeyValuePair<string, object?>("kind", "a"));
            }
        });
        counter.Add(1, new KeyValuePair<string, object?>("kind", "b"));
        Assert.Equal(
            """
            # HELP edgeorleans_test_sums_bytes_total What it is.
            # TYPE edgeorleans_test_sums_bytes_total counter
            edgeorleans_test_sums_bytes_total{kind="a"} 80000
            edgeorleans_test_sums_bytes_total{kind="b"} 1

            """,
            Family("edgeorleans_test_sums"));
    }

    [Fact]
    public void Histogram_counts_a_value_at_a_bound_into_the_bucket_below_it()
    {
        var histogram = _meter.CreateHistogram(
            "edgeorleans.test.times", "s", "", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in (double[])[0.25, 0.5, 0.75, 5])
        {
            histogram.Record(value);
        }

        Assert.Equal(
            """
            # HELP edgeorleans_test_times_seconds 
            # TYPE edgeorleans_test_times_seconds histogram
            edgeorleans_test_times_seconds_bucket{le="0.5"} 2
            edgeorleans_test_times_seconds_bucket{le="1"} 3
            edgeorleans_test_times_seconds_bucket{le="+Inf"} 4
            edgeorleans_test_times_seconds_sum 6.5
            edgeorleans_test_times_seconds_count 4

            """,
            Family("edgeorleans_test_times"));
    }

    [Fact]
    public void Label_stays_between_its_quotes()
    {
        _meter.CreateCounter<int>("edgeorleans.test.labels").Add(1, new KeyValuePair<string, object?>("a.b", "x\"} 5\n\\"));
        Assert.Contains("""{a_b="x\"} 5\n\\"} 1""" + "\n", Family("edgeorleans_test_labels"), StringComparison.Ordinal);
    }

    [Fact]
    public void Series_that_does_not_answer_any_more_is_not_shown()
    {
        var targets = new List<string> { "here", "gone" };
        _meter.CreateObservableGauge(
            "edgeorleans.test.targets", () => targets.Select(static name => new Measurement<int>(1, new KeyValuePair<string, object?>("target", name))));
        Assert.Contains("gone", Family("edgeorleans_test_targets"), StringComparison.Ordinal);
        targets.Remove("gone");
        Assert.DoesNotContain("gone", Family("edgeorleans_test_targets"), StringComparison.Ordinal);
        Assert.Contains("here", Family("edgeorleans_test_targets"), StringComparison.Ordinal);
    }

    [Fact]
    public void Gauge_that_fails_keeps_no_other_from_being_shown()
    {
        Func<int> broken = static () => throw new InvalidOperationException("no");
        _meter.CreateObservableGauge("edgeorleans.test.broken", broken);
        _meter.CreateObservableGauge("edgeorleans.test.whole", static () => 7);
        Assert.Contains("edgeorleans_test_whole 7\n", Family("edgeorleans_test_whole"), StringComparison.Ordinal);
    }

    [Fact]
    public void Instrument_that_is_not_exported_is_not_enabled()
    {
        using var foreign = new Meter("Microsoft.AspNetCore.Hosting");
        Assert.False(foreign.CreateHistogram<double>("http.server.request.duration").Enabled);
        Assert.True(_meter.CreateHistogram<double>("edgeorleans.test.enabled").Enabled);
    }

    private string Family(string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        _text.Write(buffer);
        var lines = Encoding.UTF8.GetString(buffer.WrittenSpan).Split('\n').Where(line => line.Contains(name, StringComparison.Ordinal));
        return string.Concat(lines.Select(static line => line + "\n"));
    }
}
