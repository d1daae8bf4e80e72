namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>The collections that wait to be saved to one target, and how the target fares. Used by the scheduler's pump alone.</summary>
internal sealed class SaveQueue(WriteBehindTarget target, int number, TimeProvider time, Random random)
{
    private readonly Queue<string> _waiting = [];
    private readonly HashSet<string> _known = [];

    public WriteBehindTarget Target { get; } = target;

    /// <summary>The target's place in the process's list.</summary>
    public int Number { get; } = number;

    public Backoff Backoff { get; } = new(time, random);

    /// <summary>Saves that have not returned.</summary>
    public int Running { get; private set; }

    /// <summary>Collections that wait or are being saved.</summary>
    public int Count => _known.Count;

    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>What the target's last failure was, and since when it fails; <see langword="null"/> while it works.</summary>
    public (string Message, DateTimeOffset Since)? Fault { get; private set; }

    public void Add(string collectionKey)
    {
        if (_known.Add(collectionKey))
        {
            _waiting.Enqueue(collectionKey);
        }
    }

    public string Start()
    {
        Running++;
        return _waiting.Dequeue();
    }

    /// <summary>A save returned; the collection may be added again.</summary>
    public void End(string collectionKey)
    {
        Running--;
        _known.Remove(collectionKey);
    }

    /// <returns>Whether the target worked until now.</returns>
    public bool Failed(string message)
    {
        var isNew = Fault is null;
        Fault = (message, Fault?.Since ?? time.GetUtcNow());
        Backoff.Failed();
        return isNew;
    }

    /// <returns>Since when the target had failed; <see langword="null"/> when it had not.</returns>
    public DateTimeOffset? Succeeded()
    {
        var since = Fault?.Since;
        Fault = null;
        Backoff.Succeeded();
        return since;
    }
}
