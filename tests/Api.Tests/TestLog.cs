using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api.Tests;

/// <summary>Keeps what was logged, so that a test can ask for it.</summary>
public sealed class TestLog : ILoggerProvider
{
    public ConcurrentQueue<(string Category, LogLevel Level, string Text)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Writer(TestLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Lines.Enqueue((category, logLevel, $"{formatter(state, exception)} {exception}"));
    }
}
