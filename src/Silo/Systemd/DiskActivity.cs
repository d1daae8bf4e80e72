namespace EdgeOrleans.Silo.Systemd;

/// <summary>What the journal does on its disk: whether it moves, and whether the disk has it.</summary>
internal sealed class DiskActivity
{
    private long _calls;
    private int _running;

    /// <summary>Calls that have come back.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>Whether a call has not come back yet.</summary>
    public bool IsRunning => Volatile.Read(ref _running) > 0;

    /// <summary>A call begins; disposing of what is returned ends it.</summary>
    public Call Begin()
    {
        Interlocked.Increment(ref _running);
        return new Call(this);
    }

    internal readonly struct Call(DiskActivity activity) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref activity._running);
            Interlocked.Increment(ref activity._calls);
        }
    }
}
