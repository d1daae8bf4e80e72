namespace EdgeOrleans.Oracle;

/// <summary>
/// All that was sent about one collection as such since it was last known for certain: its deletes, and whether it must, may or must
/// not be listed.
/// </summary>
public sealed class CollectionHistory
{
    private readonly Lock _gate = new();
    private readonly List<Sent> _clears = [];
    private bool _wasListed;
    private long _lastSetBeganAt = -1;
    private long _anySetEndsAt = -1;

    internal CollectionHistory(string ns, string name)
    {
        Namespace = ns;
        Name = name;
    }

    public string Namespace { get; }

    public string Name { get; }

    /// <summary>Its deletes, alone or with its namespace.</summary>
    public Sent[] Clears()
    {
        lock (_gate)
        {
            return [.. _clears];
        }
    }

    /// <summary>With everything looked at after a restart, before anything else is sent.</summary>
    /// <returns>Why the catalog's answer cannot be; <see langword="null"/> when it can.</returns>
    public string? Settle(bool isListed)
    {
        lock (_gate)
        {
            var (cleared, gone) = (-1L, -1L);
            foreach (var clear in _clears)
            {
                cleared = Math.Max(cleared, clear.Answer == Answer.Acknowledged ? clear.SentAt : -1);
                gone = Math.Max(gone, clear.Answer != Answer.Refused ? clear.ReachesUntil : -1);
            }

            var entered = Math.Max(_anySetEndsAt, _wasListed ? 0 : -1);
            var fault = isListed
                ? entered < 0 ? "is listed, but was never written to, or was gone" : entered < cleared ? "is listed, but was deleted after all that was written" : null
                : Math.Max(_lastSetBeganAt, _wasListed ? 0 : -1) > gone ? "is not listed, but was written to and not deleted since" : null;
            _wasListed = isListed;
            _lastSetBeganAt = _anySetEndsAt = -1;
            _clears.Clear();
            return fault is null ? null : $"{Namespace}/{Name} {fault}";
        }
    }

    internal void AddClear(Sent clear)
    {
        lock (_gate)
        {
            _clears.Add(clear);
        }
    }

    /// <summary>A set of any of its keys was answered, or will not be. Even a refused one may have entered the collection into the catalog.</summary>
    internal void SetEnded(Sent set)
    {
        lock (_gate)
        {
            _anySetEndsAt = Math.Max(_anySetEndsAt, set.Answer == Answer.Acknowledged ? set.EndedAt : long.MaxValue);
            if (set.Answer == Answer.Acknowledged)
            {
                _lastSetBeganAt = Math.Max(_lastSetBeganAt, set.SentAt);
            }
        }
    }

    /// <summary>A set of any of its keys is cut off.</summary>
    internal void SetCutOff(long endedAt)
    {
        lock (_gate)
        {
            _anySetEndsAt = Math.Max(_anySetEndsAt, endedAt);
        }
    }

    /// <summary>Nothing enters it into the catalog any more, and no delete in doubt reaches what is sent from now on.</summary>
    internal void ProcessEnded(long endedAt)
    {
        lock (_gate)
        {
            _anySetEndsAt = Math.Min(_anySetEndsAt, endedAt);
            foreach (var clear in _clears)
            {
                clear.ReachesUntil = Math.Min(clear.ReachesUntil, endedAt);
            }
        }
    }
}
