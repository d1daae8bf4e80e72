namespace EdgeOrleans.Silo.Log;

/// <summary>What a line of the log tells.</summary>
/// <param name="Time">When it was told.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Category">Who tells it.</param>
/// <param name="EventId">Which of its messages it is.</param>
/// <param name="Message">The message, values and all.</param>
/// <param name="Fault">What was thrown, if anything was.</param>
internal readonly record struct LogLine(DateTimeOffset Time, LogLevel Level, string Category, int EventId, string Message, Exception? Fault);
