namespace EdgeOrleans.Endurance.Tests.Oracle;

/// <summary>
/// All that was sent about one collection as such since the last restart: its deletes, and whether it must, may or must not be listed.
/// </summary>
internal sealed class CollectionHistory(string ns, string name)
{
    private readonly Lock _gate = new();
    private readonly List<Sent> _clears = [];
    private bool _wasListed;
    private long _lastSetBeganAt = -1;
    private long _anySetEndsAt = -1;

    public string Namespace { get; } = ns;

    public string Name { get; } = name;

    public void AddClear(Sent clear)
    {
        lock (_gate)
        {
            _clears.Add(clear);
        }
    }

    /// <summary>Its deletes, alone or with its namespace.</summary>
    public Sent[] Clears()
    {
        lock (_gate)
        {
            return [.. _clears];
        }
    }

    /// <summary>A set of any of its keys was answered, or will not be. Even a refused one may have entered the collection into the catalog.</summary>
    public void SetEnded(Sent set)
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

    /// <summary>After a restart, before anything else is sent.</summary>
    /// <returns>Why the catalog's answer cannot be; <see langword="null"/> when it can.</returns>
    public string? Settle(bool isListed)
    {
        lock (_gate)
        {
            var cleared = _clears.Where(static c => c.Answer == Answer.Acknowledged).Select(static c => c.SentAt).DefaultIfEmpty(-1).Max();
            var gone = _clears.Where(static c => c.Answer != Answer.Refused).Select(static c => c.EndedAt).DefaultIfEmpty(-1).Max();
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
}
