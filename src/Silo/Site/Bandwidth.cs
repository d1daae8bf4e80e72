namespace EdgeOrleans.Silo.Site;

/// <summary>Keeps what is sent within a bound, and measures how fast it goes. Safe to use from several threads.</summary>
internal sealed class Bandwidth(long maxBytesPerSecond, TimeProvider time)
{
    // After a pause as long as this the rate is measured anew.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // Less than this says nothing of a link: most of its time went by in waiting for answers, or for something to send.
    private const long TellingBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _freeAt;
    private TimeSpan _burstBegan;
    private TimeSpan _lastSent;
    private long _burstBytes;

    /// <summary>The rate of the last burst of at least a second and 64 KiB; <see langword="null"/> before there was one.</summary>
    public double? BytesPerSecond { get; private set; }

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Waits until so much may be sent.</summary>
    public async Task Take(int bytes, CancellationToken ct)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = Now;
            if (now - _lastSent > Pause)
            {
                (_burstBegan, _burstBytes) = (now, 0);
                _lastSent = now;
            }

            if (maxBytesPerSecond == 0)
            {
                return;
            }

            // Each pays for itself by how long the next one waits.
            wait = _freeAt - now;
            _freeAt = (wait > TimeSpan.Zero ? _freeAt : now) + TimeSpan.FromSeconds((double)bytes / maxBytesPerSecond);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, ct);
        }
    }

    /// <summary>So much has arrived.</summary>
    public void Sent(int bytes)
    {
        lock (_gate)
        {
            _lastSent = Now;
            _burstBytes += bytes;
            if (_burstBytes >= TellingBytes && (_lastSent - _burstBegan).TotalSeconds is >= 1 and var seconds)
            {
                BytesPerSecond = _burstBytes / seconds;
            }
        }
    }
}
