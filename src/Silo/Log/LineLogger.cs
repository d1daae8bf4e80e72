namespace EdgeOrleans.Silo.Log;

/// <summary>
/// One category's log, a line for each event. The text is made before the work goes on that it is about, since the values may change with
/// it; the line is written a moment later.
/// </summary>
/// <param name="category">Who logs.</param>
/// <param name="levels">What is written of it.</param>
/// <param name="log">Where to.</param>
internal sealed class LineLogger(string category, CategoryLevels levels, LineLog log) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => levels.Include(logLevel);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    // Compiled for each shape of message that any assembly logs: what is not of the shape is done elsewhere.
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (levels.Include(logLevel))
        {
            log.Write(logLevel, category, eventId.Id, formatter(state, exception), exception);
        }
    }
}
