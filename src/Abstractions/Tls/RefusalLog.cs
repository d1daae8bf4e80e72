using System.Net;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans;

/// <summary>Who was refused and why. At most ten lines in ten seconds: nobody may fill a card with them.</summary>
internal sealed partial class RefusalLog(ILogger logger, TimeProvider clock)
{
    private const int MaxLines = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _windowStart;
    private int _lines = MaxLines;

    public void Add(EndPoint? peer, string reason)
    {
        lock (_gate)
        {
            if (clock.GetElapsedTime(_windowStart) >= Window)
            {
                (_windowStart, _lines) = (clock.GetTimestamp(), 0);
            }

            if (_lines++ < MaxLines)
            {
                LogRefused(logger, $"{peer}", reason);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "No TLS with {Peer}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string peer, string reason);
}
