namespace EdgeOrleans.Journal;

/// <summary>
/// What the process has written to its data directory, over all its runs: bytes handed to the kernel and flushes asked for. The card
/// itself writes more or less than that (metadata, whole erase blocks, pages written twice before one flush); <c>/sys/block</c> has its count.
/// </summary>
/// <remarks>
/// The totals ride in the header of every frame, so keeping them costs no write. What storage wrote after the last frame is forgotten by a
/// power cut. From any thread.
/// </remarks>
public sealed class FlashWrites
{
    private const long MicrosOfDay = 24L * 60 * 60 * 1_000_000;

    private readonly Lock _gate = new();
    private readonly Func<long> _nowMicros;
    private FlashTotals _totals;
    private long _day;
    private long _flushes;

    internal FlashWrites(Func<long> nowMicros) => _nowMicros = nowMicros;

    /// <summary>Bytes written in all runs, and of them those of today (UTC, by the service clock).</summary>
    public FlashTotals Totals
    {
        get
        {
            lock (_gate)
            {
                TurnDay();
                return _totals;
            }
        }
    }

    /// <summary>Flushes since the process started.</summary>
    public long Flushes => Volatile.Read(ref _flushes);

    /// <summary>Counts what somebody else, such as a database, has written and flushed beside the journal.</summary>
    public void Add(long bytes, int flushes)
    {
        lock (_gate)
        {
            TurnDay();
            _totals = _totals.Plus(bytes);
            _flushes += flushes;
        }
    }

    /// <summary>Goes on from what an earlier run left.</summary>
    internal void Found(FlashTotals totals, long clockMicros)
    {
        lock (_gate)
        {
            // What this start has written before it knew the time goes with them.
            var own = _totals.Total;
            _day = clockMicros / MicrosOfDay;
            _totals = totals.Plus(own);
        }
    }

    private void TurnDay()
    {
        var today = _nowMicros() / MicrosOfDay;
        if (today != _day)
        {
            _day = today;
            _totals = _totals with { Today = 0 };
        }
    }
}

/// <summary>Bytes written.</summary>
/// <param name="Total">In all runs of the service on this data directory.</param>
/// <param name="Today">Of them, since midnight UTC by the service clock.</param>
public readonly record struct FlashTotals(long Total, long Today)
{
    internal FlashTotals Plus(long bytes) => new(Total + bytes, Today + bytes);
}
