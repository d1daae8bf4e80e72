using EdgeOrleans.Journal;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains.Collections;

/// <summary>Damage that was found and gone on with: logged once, and kept for <c>/health</c> until the process ends.</summary>
public sealed partial class DamageReport(ILogger<DamageReport> logger)
{
    // Each line is a collection or a file; a card that loses more than this has lost its operator's trust anyway.
    private const int MaxLines = 100;

    private readonly Lock _lock = new();
    private string[] _lines = [];

    /// <summary>What was found, as sentences.</summary>
    public IReadOnlyList<string> Lines => Volatile.Read(ref _lines);

    /// <summary>Adds what opening the journal found. A torn tail was never acknowledged, so it is logged and no more.</summary>
    public void Report(RecoveryReport recovery)
    {
        foreach (var place in recovery.Damage)
        {
            Report(place.ToString());
        }

        if (recovery.TornTail is { } tail)
        {
            LogTornTail(logger, tail.ToString());
        }
    }

    /// <summary>Adds a sentence, once.</summary>
    public void Report(string line)
    {
        lock (_lock)
        {
            if (_lines.Contains(line))
            {
                return;
            }

            LogDamage(logger, line);
            if (_lines.Length < MaxLines)
            {
                Volatile.Write(ref _lines, [.. _lines, line]);
            }
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "Unfinished write: {Line}")]
    private static partial void LogTornTail(ILogger logger, string line);

    [LoggerMessage(1, LogLevel.Error, "Damage: {Line}")]
    private static partial void LogDamage(ILogger logger, string line);
}
