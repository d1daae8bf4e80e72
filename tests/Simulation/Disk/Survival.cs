namespace EdgeOrleans.Simulation.Disk;

/// <summary>What became of one sector of a write that no flush had covered.</summary>
internal enum SectorFate
{
    Dropped,
    Kept,
    Noise,
}

/// <summary>
/// Decides which of the unflushed sectors are on the medium after a cut. Each cut draws a temper first, so that the extremes
/// (all kept, all dropped, one write torn among whole ones), which pure chance would hardly meet, come up as often as the mixtures.
/// </summary>
internal sealed class Survival
{
    private readonly SeededRandom _random;
    private readonly int _keptPerMille;
    private readonly int _tornPerMille;
    private int _noiseSectorsLeft;
    private long _write = -1;
    private bool _isTorn;
    private bool _isKept;

    public Survival(SeededRandom random)
    {
        _random = random;
        _keptPerMille = random.Below(6) switch { 0 => 0, 1 => 1000, 2 => 100, 3 => 900, _ => 500 };
        _tornPerMille = random.Below(4) switch { 0 => 0, 1 => 1000, _ => 300 };
        _noiseSectorsLeft = random.Below(3) == 0 ? random.Between(1, 2) : 0;
    }

    /// <summary>The sectors in which the current write travelled: 512 or 4096 bytes.</summary>
    public int SectorBytes { get; private set; }

    public override string ToString() => $"of which {_keptPerMille / 10} in 100 were kept";

    /// <summary>Goes on to the next write. One write may come in several pieces, which share its fate.</summary>
    public void Begin(long write)
    {
        if (write == _write)
        {
            return;
        }

        _write = write;
        SectorBytes = _random.Coin() ? 512 : 4096;
        _isTorn = _random.PerMille(_tornPerMille);
        _isKept = _random.PerMille(_keptPerMille);
    }

    /// <summary>What became of the next sector of the current write.</summary>
    public SectorFate Next()
    {
        if (_noiseSectorsLeft > 0 && _random.Below(4) == 0)
        {
            _noiseSectorsLeft--;
            return SectorFate.Noise;
        }

        var isKept = _isTorn ? _random.PerMille(Math.Clamp(_keptPerMille, 100, 900)) : _isKept;
        return isKept ? SectorFate.Kept : SectorFate.Dropped;
    }

    /// <summary>What is in a sector that turned to noise.</summary>
    public void Fill(Span<byte> sector) => _random.Fill(sector);
}
