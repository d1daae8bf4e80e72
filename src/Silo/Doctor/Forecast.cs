namespace EdgeOrleans.Silo.Doctor;

/// <summary>What to expect of the service on a card. Estimates from what was measured; those of the card's life from assumptions that are shown.</summary>
internal sealed record Forecast
{
    /// <summary>How often a card stands being written from end to end: a low figure for consumer flash, its own overhead included.</summary>
    public const int FullWrites = 500;

    /// <summary>Years that it is to last.</summary>
    public const int Years = 5;

    private const int BlockBytes = 4096;

    // The service's own share of a write on a core of a Raspberry Pi 4.
    private static readonly TimeSpan Handling = TimeSpan.FromMilliseconds(1);

    public Forecast(CardFigures card, long cardBytes)
    {
        SetP50 = card.Flushes.P50 + Handling;
        SetP99 = card.Flushes.P99 + Handling;
        LoneWritesPerDay = TimeSpan.FromDays(1) / (card.Flushes.Mean + Handling);

        // Whoever counts writes must not have seen less than the journal makes.
        var bytesPerWrite = Math.Max(card.DeviceBytesPerFlush ?? 0, BlockBytes);
        EnduredWritesPerDay = (double)cardBytes * FullWrites / bytesPerWrite / (Years * 365.25);
    }

    /// <summary>A write of one client alone.</summary>
    public TimeSpan SetP50 { get; }

    /// <inheritdoc cref="SetP50"/>
    public TimeSpan SetP99 { get; }

    /// <summary>What one client that waits for each answer can write. Clients side by side share flushes.</summary>
    public double LoneWritesPerDay { get; }

    /// <summary>Writes with a flush of their own that the card stands each day for <see cref="Years"/>.</summary>
    public double EnduredWritesPerDay { get; }
}
