using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using EdgeOrleans.Api;

namespace EdgeOrleans.Silo.Telemetry;

/// <summary>
/// Listens to the meters of <see cref="ExportedMeters"/> from the start of the process and writes what they said as Prometheus reads it.
/// </summary>
/// <remarks>
/// By hand, because the exporters there are cost the native binary more than all that they would show: OpenTelemetry's 2.1 MB,
/// prometheus-net 1.5 MB; see docs/metrics.md. A measurement costs a look through the few series of its instrument and one or two
/// interlocked additions; nothing is allocated.
/// </remarks>
internal sealed partial class MetricsText : IMetricsText, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _scrape = new();
    private readonly ILogger<MetricsText> _logger;
    private int _round;

    public MetricsText(ILogger<MetricsText> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ExportedMeters.Includes(instrument) && MetricFamily.KindOf(instrument) is { } kind)
            {
                var family = MetricFamily.Of(instrument, kind);
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(family.Name, family));
            }
        };
        Listen(static (int value) => value);
        Listen(static (long value) => value);
        Listen(static (double value) => value);
        _listener.Start();
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> to)
    {
        lock (_scrape)
        {
            // A series that no longer answers, such as that of a target that is gone, is not shown any more.
            _round++;
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException fault)
            {
                LogFault(_logger, fault);
            }

            var text = new StringBuilder();
            foreach (var family in _families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal))
            {
                family.Write(text, _round);
            }

            Encoding.UTF8.GetBytes(text.ToString(), to);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Listen<T>(Func<T, double> toDouble)
        where T : struct => _listener.SetMeasurementEventCallback<T>(
            (_, value, tags, family) => ((MetricFamily)family!).Measured(toDouble(value), tags, Volatile.Read(ref _round)));

    [LoggerMessage(1, LogLevel.Warning, "Some measurements could not be taken")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
