using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// What a secondary target lacks. A comparison shows it once for each life of the target; from then on the journal shows what changes,
/// and a save to the primary shows what changed before the journal lost sight of it.
/// </summary>
internal sealed class SecondaryQueue(SaveQueue queue, FlashJournal journal, TimeProvider clock)
{
    private readonly Dictionary<string, long> _saved = [];
    private readonly Dictionary<string, (long Sequence, DateTimeOffset Since)> _lacking = [];
    private TargetComparison? _comparison;
    private string[] _mayLack = [];
    private long? _comparedEpoch;
    private long _lookedAt;
    private bool _hasLooked;
    private bool _isForced;

    public SaveQueue Queue { get; } = queue;

    /// <summary>Collections that the target knows more of than this device, with a sentence each. They are left alone.</summary>
    public Dictionary<string, string> Ahead { get; } = [];

    /// <summary>Whether it is known what the target lacks.</summary>
    public bool IsCompared => _comparedEpoch == Queue.Target.Rows.Epoch;

    /// <summary>Whether a comparison is under way.</summary>
    public bool IsComparing => _comparison is not null;

    /// <summary>Whether one is due. What is being saved comes to its end first.</summary>
    public bool MustCompare => !IsCompared && !IsComparing && Queue.Running == 0 && !Queue.IsBackingOff;

    /// <summary>When the target last took something; <see langword="null"/> when it has not yet in this process.</summary>
    public DateTimeOffset? LastSuccess { get; private set; }

    /// <summary>Lists what the target has and what this device has.</summary>
    public async Task<SaveResult> Compare(IStateRows primary)
    {
        _comparison = new TargetComparison(Queue.Target, primary, journal);
        await _comparison.Run();
        return new SaveResult(SaveOutcome.UpToDate, 0, null);
    }

    /// <summary>The comparison has returned: what it found counts from here on, if it found anything.</summary>
    public void EndComparison()
    {
        var found = _comparison!;
        _comparison = null;
        if (!found.IsComplete)
        {
            // Until the target has answered it may lack everything.
            _mayLack = [.. found.Here.Keys];
            return;
        }

        _mayLack = [];
        _comparedEpoch = found.Epoch;
        LastSuccess = clock.GetUtcNow();
        _saved.Clear();
        Ahead.Clear();
        foreach (var (key, sequence) in found.There)
        {
            if (journal.OwnerOf(key).HasTail)
            {
                // Cannot be told from here: it is saved, and its saver looks.
                continue;
            }

            _saved[key] = sequence;
            if (_lacking.TryGetValue(key, out var lacking) && lacking.Sequence <= sequence)
            {
                _lacking.Remove(key);
            }
        }

        foreach (var key in found.Ahead)
        {
            IsAhead(key, AheadMessage(Queue.Target.Name, key, found.There[key], found.SequenceHere(key)));
        }

        foreach (var (key, sequence) in found.Here)
        {
            Changed(key, sequence);
        }

        LookIntoJournal();
    }

    /// <param name="isForced">Whether everything that changed is due now.</param>
    public void FindDue(bool isForced)
    {
        // Often enough that a change waits a quarter longer than it has to.
        _isForced |= isForced;
        if (!_isForced && _hasLooked && clock.GetElapsedTime(_lookedAt) < Queue.Target.SaveAfter / 4)
        {
            return;
        }

        LookIntoJournal();
        if (!IsCompared)
        {
            return;
        }

        var now = clock.GetUtcNow();
        foreach (var (key, lacking) in _lacking)
        {
            if (_isForced || now - lacking.Since >= Queue.Target.SaveAfter)
            {
                Queue.Add(key);
            }
        }

        _isForced = false;
    }

    /// <summary>How the target stands, for people.</summary>
    public SecondaryReport Report() => new()
    {
        Target = Queue.Number,
        Name = Queue.Target.Name,
        IsCompared = IsCompared,
        Waiting = _lacking.Keys.Union(IsCompared ? [] : _mayLack).ToDictionary(static key => key, key => _saved.GetValueOrDefault(key)),
        WaitingSince = _lacking.Count == 0 ? null : _lacking.Values.Min(static lacking => lacking.Since),
        Fault = Queue.CurrentFault,
        LastSuccess = LastSuccess,
        LastFailure = Queue.LastFailure,
        Ahead = [.. Ahead.Values],
        Standing = Queue.Target.Rows.Standing,
    };

    public void PrimarySaved(string key, long sequence) => Changed(key, sequence);

    public void Saved(string key, long sequence)
    {
        _saved[key] = sequence;
        LastSuccess = clock.GetUtcNow();
        if (_lacking.Remove(key, out var lacking))
        {
            // What came in while this save was under way may have left the journal already.
            Changed(key, lacking.Sequence);
        }
    }

    /// <returns>Whether that is news.</returns>
    public bool IsAhead(string key, string message)
    {
        _lacking.Remove(key);
        return Ahead.TryAdd(key, message);
    }

    /// <summary>Has the target keep in mind that it is ahead in a collection.</summary>
    public async Task<SaveResult> KeepAhead(string key, SaveResult result)
    {
        await Queue.Target.Rows.KeepAhead([key], CancellationToken.None);
        return result;
    }

    /// <summary>What is said of a collection that a target knows more of.</summary>
    public static string AheadMessage(string target, string key, long there, long here) =>
        there == IStateRows.AheadForGood
            ? $"target '{target}' holds of {CollectionText.Of(key)} what this device did not know when they were first compared"
            : $"target '{target}' holds {CollectionText.Of(key)} up to change {there}, but this device knows {here} only";

    private void LookIntoJournal()
    {
        _hasLooked = true;
        _lookedAt = clock.GetTimestamp();
        foreach (var owner in journal.OwnersToSave(int.MaxValue))
        {
            Changed(owner.Key, owner.LastSequence);
        }
    }

    private void Changed(string key, long sequence)
    {
        if (sequence > _saved.GetValueOrDefault(key) && !Ahead.ContainsKey(key))
        {
            var since = _lacking.TryGetValue(key, out var lacking) ? lacking.Since : clock.GetUtcNow();
            _lacking[key] = (Math.Max(sequence, lacking.Sequence), since);
        }
    }
}
