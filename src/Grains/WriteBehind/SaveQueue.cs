using System.Diagnostics.CodeAnalysis;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// The collections that wait to be saved to one target, and how the target fares. Used by the scheduler's pump alone.
/// One collection that cannot be saved holds up only itself; when a second fails and none succeeds it is the target's fault.
/// </summary>
internal sealed class SaveQueue(WriteBehindTarget target, int number, TimeProvider time, Random random)
{
    private readonly Queue<string> _waiting = [];
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<string, CollectionFault> _faults = [];
    private readonly Backoff _backoff = new(time, random);
    private readonly HashSet<string> _failedSinceSuccess = [];

    public WriteBehindTarget Target { get; } = target;

    /// <summary>The target's place in the process's list.</summary>
    public int Number { get; } = number;

    /// <summary>Collections that wait to be saved or are being saved.</summary>
    public int Count => _known.Count;

    /// <summary>Saves that have not returned.</summary>
    public int Running { get; private set; }

    /// <summary>What the target's last failure was, and since when it fails; <see langword="null"/> while it works.</summary>
    public (string Message, DateTimeOffset Since)? Fault { get; private set; }

    /// <summary>Why something is not taken now, by the target or in one collection; <see langword="null"/> when all goes well.</summary>
    public string? CurrentFault => Fault?.Message ?? _faults.Values.Select(static fault => fault.Message).FirstOrDefault();

    /// <summary>What last went wrong, and when; also after it has ended.</summary>
    public (string Message, DateTimeOffset At)? LastFailure { get; private set; }

    /// <summary>Whether the target is left alone for a while.</summary>
    public bool IsBackingOff => _backoff.IsWaiting;

    /// <summary>Whether a collection could be saved now.</summary>
    public bool HasReady => !IsBackingOff && _waiting.Any(IsReady);

    /// <summary>The same for a gauge.</summary>
    public TargetStanding Standing => new(Target, Count, Running, Fault is not null, _backoff.Left);

    /// <summary>What fails here, as sentences.</summary>
    public IEnumerable<string> Warnings => Fault is { } fault
        ? [$"storage '{Target.Name}' has taken no saves since {fault.Since:u}, {Count} collections wait: {fault.Message}"]
        : _faults.Select(f => $"{CollectionText.Of(f.Key)} could not be saved to '{Target.Name}' since {f.Value.Since:u}: {f.Value.Message}");

    /// <summary>Whether a collection waits to be saved or is being saved.</summary>
    public bool Contains(string collectionKey) => _known.Contains(collectionKey);

    public void Add(string collectionKey)
    {
        if (_known.Add(collectionKey))
        {
            _waiting.Enqueue(collectionKey);
        }
    }

    /// <summary>Takes a collection to be saved now, if there is one and the target can take it.</summary>
    public bool TryStart([NotNullWhen(true)] out string? collectionKey)
    {
        collectionKey = null;

        // One try is enough to learn that a storage still fails.
        if (IsBackingOff || Running >= (Fault is null ? Target.MaxSaves : 1))
        {
            return false;
        }

        for (var i = _waiting.Count; i > 0; i--)
        {
            var next = _waiting.Dequeue();
            if (IsReady(next))
            {
                Running++;
                collectionKey = next;
                return true;
            }

            _waiting.Enqueue(next);
        }

        return false;
    }

    /// <summary>A save returned; the collection may be added again.</summary>
    public void End(string collectionKey)
    {
        Running--;
        _known.Remove(collectionKey);
    }

    /// <summary>A save failed, and is tried again.</summary>
    /// <returns>What is new about it, if anything.</returns>
    public SaveFault Failed(string collectionKey, string message)
    {
        Add(collectionKey);
        var isNew = !_faults.TryGetValue(collectionKey, out var fault);
        fault ??= new CollectionFault(new Backoff(time, random), time.GetUtcNow());
        fault.Message = message;
        fault.Backoff.Failed();
        _faults[collectionKey] = fault;
        LastFailure = (message, time.GetUtcNow());
        _failedSinceSuccess.Add(collectionKey);
        if (_failedSinceSuccess.Count > 1)
        {
            return TargetFailed(message);
        }

        return isNew ? SaveFault.NewOfCollection : SaveFault.Known;
    }

    /// <summary>The target itself failed.</summary>
    public SaveFault TargetFailed(string message)
    {
        var isNew = Fault is null;
        LastFailure = (message, time.GetUtcNow());
        Fault = (message, Fault?.Since ?? time.GetUtcNow());
        _backoff.Failed();
        return isNew ? SaveFault.NewOfTarget : SaveFault.Known;
    }

    /// <summary>The target took something.</summary>
    /// <returns>Since when it had not; <see langword="null"/> when it works as before.</returns>
    public DateTimeOffset? Succeeded(string? collectionKey)
    {
        if (collectionKey is not null)
        {
            _faults.Remove(collectionKey);
        }

        var since = Fault?.Since;
        Fault = null;
        _backoff.Succeeded();
        _failedSinceSuccess.Clear();
        return since;
    }

    /// <summary>Lets everything be tried at once.</summary>
    public void SkipBackoff()
    {
        _backoff.Skip();
        foreach (var fault in _faults.Values)
        {
            fault.Backoff.Skip();
        }
    }

    private bool IsReady(string collectionKey) => !_faults.TryGetValue(collectionKey, out var fault) || !fault.Backoff.IsWaiting;

    private sealed class CollectionFault(Backoff backoff, DateTimeOffset since)
    {
        public Backoff Backoff { get; } = backoff;

        public DateTimeOffset Since { get; } = since;

        public string Message { get; set; } = "";
    }
}

/// <summary>How a target fares.</summary>
/// <param name="Target">Which.</param>
/// <param name="Waiting">Collections that wait to be saved or are being saved.</param>
/// <param name="Running">Of them, those being saved.</param>
/// <param name="IsFailing">Whether it takes nothing at all.</param>
/// <param name="Backoff">How long it is left alone yet.</param>
internal readonly record struct TargetStanding(WriteBehindTarget Target, int Waiting, int Running, bool IsFailing, TimeSpan Backoff);

/// <summary>What a failed save tells.</summary>
internal enum SaveFault
{
    Known,
    NewOfCollection,
    NewOfTarget,
}
