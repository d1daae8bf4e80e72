using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation.Cluster;

/// <summary>
/// What may be read of one key. Versions only grow along the commits of a collection, whoever makes them, so the newest version that is
/// known to be there is all that a strong read has to reach; deletes and clears count with their versions.
/// </summary>
internal sealed class KeyTruth
{
    private readonly Dictionary<string, Fate> _values = [];
    private readonly Dictionary<string, int> _clearsBefore = [];
    private int _openRemovals;
    private int _clears;
    private long _clearedThrough;

    private enum Fate
    {
        /// <summary>Sent; may be there or not, now or later.</summary>
        Open,

        /// <summary>Acknowledged.</summary>
        Made,

        /// <summary>Said not to have been made.</summary>
        NotMade,
    }

    /// <summary>The newest version that a client was told of, by an acknowledgement or a strong read.</summary>
    public long KnownVersion { get; private set; }

    /// <summary>Whether that is a value, and not its removal.</summary>
    public bool IsKnownThere { get; private set; }

    /// <summary>A value is sent; each is sent once.</summary>
    public void Sent(string value)
    {
        _values.Add(value, Fate.Open);
        _clearsBefore.Add(value, _clears);
    }

    /// <summary>It is acknowledged.</summary>
    public void Made(string value, long version)
    {
        // A clear that was acknowledged in the meantime may have come after it.
        _values[value] = Fate.Made;
        Know(version, isThere: _clearsBefore[value] == _clears || version > _clearedThrough);
    }

    /// <summary>It is refused, and said not to have been made.</summary>
    public void NotMade(string value) => _values[value] = Fate.NotMade;

    /// <summary>A removal is sent.</summary>
    public void RemovalSent() => _openRemovals++;

    /// <summary>It is acknowledged, with its version; 0 when there was nothing.</summary>
    public void Removed(long version)
    {
        _openRemovals--;
        if (version > 0)
        {
            Know(version, isThere: false);
        }
    }

    /// <summary>
    /// A clear is acknowledged. Its bound binds nobody who was not told of it: with nothing to remove it leaves no trace, and a server
    /// whose clock is behind may give lesser versions afterwards.
    /// </summary>
    public void Cleared(long bound)
    {
        _openRemovals--;
        _clears++;
        _clearedThrough = Math.Max(_clearedThrough, bound);
        IsKnownThere &= KnownVersion > bound;
    }

    /// <summary>It is refused, and said not to have been made.</summary>
    public void RemovalNotMade() => _openRemovals--;

    /// <summary>A read is answered.</summary>
    /// <param name="value">What it found; <see langword="null"/> for nothing.</param>
    /// <param name="version">Its version.</param>
    /// <param name="knownBefore">For a strong read: what was known when it was sent. 0 for a plain one.</param>
    /// <param name="wasThere">Whether that was a value.</param>
    public void Read(string? value, long version, long knownBefore, bool wasThere)
    {
        if (value is null)
        {
            if (wasThere && IsKnownThere && knownBefore == KnownVersion && _openRemovals == 0)
            {
                throw new OracleException($"a strong read found nothing, though version {knownBefore} was known to be there and nobody has removed it");
            }

            return;
        }

        if (!_values.TryGetValue(value, out var fate))
        {
            throw new OracleException($"a read found {value}, which nobody sent");
        }

        if (fate == Fate.NotMade)
        {
            throw new OracleException($"a read found {value}, which was said not to have been made");
        }

        if (version < knownBefore)
        {
            throw new OracleException($"a strong read found {value} of version {version}, though version {knownBefore} was known before it was sent");
        }
    }

    /// <summary>A strong read has shown a version: later ones may not show an older state.</summary>
    public void Seen(long version) => Know(version, isThere: version > _clearedThrough);

    private void Know(long version, bool isThere)
    {
        if (version > KnownVersion)
        {
            (KnownVersion, IsKnownThere) = (version, isThere);
        }
    }
}
