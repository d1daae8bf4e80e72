using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace EdgeOrleans.Silo.Log;

/// <summary>
/// The log: lines on standard output, of what the rules of <c>Logging:LogLevel</c> let pass. In place of the library's own factory, which
/// hands an event through three more layers: each is compiled anew for every shape of message that any assembly logs.
/// </summary>
internal sealed class LineLog(IOptions<LoggerFilterOptions> filters, LineFormat format, TimeProvider time) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, log) => new LineLogger(name, new CategoryLevels(name, log.Filters), log), this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log has one place to go.");

    public void Dispose()
    {
    }

    /// <summary>Writes a line.</summary>
    public void Write(LogLevel level, string category, int eventId, string message, Exception? fault) =>
        Console.Out.WriteLine(format(new LogLine(time.GetUtcNow(), level, category, eventId, message, fault)));

    private LoggerFilterOptions Filters => filters.Value;
}
