using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace EdgeOrleans.Silo.Log;

/// <summary>
/// The log: lines on standard output, of what the rules of <c>Logging:LogLevel</c> let pass. In place of the library's own factory, which
/// hands an event through three more layers: each is compiled anew for every shape of message that any assembly logs.
/// </summary>
internal sealed class LineLog : ILoggerFactory
{
    // Within what is left of the time that a stop may take; see ServiceRun.
    private static readonly TimeSpan ExitLimit = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private readonly IOptions<LoggerFilterOptions> _filters;
    private readonly LineFormat _format;
    private readonly TimeProvider _time;
    private readonly LogQueue _queue;

    public LineLog(IOptions<LoggerFilterOptions> filters, LineFormat format, TimeProvider time)
    {
        (_filters, _format, _time) = (filters, format, time);
        _queue = new LogQueue(Console.Out, LostLine);
        _queue.Start();

        // Every way out but a kill comes by one of these, Environment.Exit too.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _queue.Flush(ExitLimit);
        AppDomain.CurrentDomain.UnhandledException += (_, _) => _queue.Flush(ExitLimit);
    }

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, log) => new LineLogger(name, new CategoryLevels(name, log._filters.Value), log), this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log has one place to go.");

    public void Dispose()
    {
    }

    /// <summary>Writes a line soon; nobody waits for that.</summary>
    public void Write(LogLevel level, string category, int eventId, string message, Exception? fault) =>
        Write(_format(new LogLine(_time.GetUtcNow(), level, category, eventId, message, fault)));

    /// <summary>Writes a line as it is.</summary>
    public void Write(string line) => _queue.Add(line);

    private string LostLine(long count) => _format(new LogLine(
        _time.GetUtcNow(), LogLevel.Warning, "EdgeOrleans.Log", 1, $"{count} lines of the log were lost here: standard output took no more", null));
}
