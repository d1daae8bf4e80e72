using System.Diagnostics.Metrics;

namespace EdgeOrleans.Silo.Native;

/// <summary>
/// Logs that grain turns took too long, in the native edition alone: Orleans' own line, which names the work, is cut from it
/// (<c>orleans.substitutions.xml</c>). At most one line in ten seconds, from Orleans' counter of such turns.
/// </summary>
internal sealed partial class SlowTurnLog : IHostedService, IDisposable
{
    private const string Meter = "Microsoft.Orleans";
    private const string Counter = "orleans-scheduler-long-running-turns";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly TimeSpan _threshold;
    private readonly TimeProvider _clock;
    private readonly ILogger<SlowTurnLog> _logger;
    private long? _loggedAt;
    private long _since;

    /// <param name="threshold">What Orleans counts as too long.</param>
    /// <param name="clock">For the time between two lines.</param>
    /// <param name="logger">Where they go.</param>
    public SlowTurnLog(TimeSpan threshold, TimeProvider clock, ILogger<SlowTurnLog> logger)
    {
        (_threshold, _clock, _logger) = (threshold, clock, logger);
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: Meter, Name: Counter })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, turns, _, _) => Report(turns));
        _listener.SetMeasurementEventCallback<long>((_, turns, _, _) => Report(turns));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private void Report(long turns)
    {
        lock (_gate)
        {
            _since += turns;
            if (_loggedAt is { } at && _clock.GetElapsedTime(at) < Interval)
            {
                return;
            }

            LogSlow(_logger, _since, _threshold.TotalMilliseconds);
            (_loggedAt, _since) = (_clock.GetTimestamp(), 0);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Slow turns: {Turns} took longer than {Milliseconds:F0} ms (Log:SlowTurnMs), since the last such line")]
    private static partial void LogSlow(ILogger logger, long turns, double milliseconds);
}
