namespace EdgeOrleans.Silo.Systemd;

/// <summary>
/// Asks systemd for more time while recovery reads and writes: for as long as its disk calls come back, so a start that hangs
/// is still ended.
/// </summary>
internal sealed class StartExtension : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A worn card may take this long for one flush.
    private static readonly TimeSpan Extension = TimeSpan.FromSeconds(60);

    private readonly NotifySocket _socket;
    private readonly DiskActivity _activity;
    private readonly Timer _timer;
    private long _seen;

    /// <summary>Begins to watch.</summary>
    public StartExtension(NotifySocket socket, DiskActivity activity)
    {
        _socket = socket;
        _activity = activity;
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Interlocked.Exchange(ref _seen, _activity.Calls) is var before && before != _activity.Calls)
        {
            _socket.Send($"EXTEND_TIMEOUT_USEC={Extension.TotalMicroseconds:0}", "STATUS=Recovering the journal");
        }
    }
}
