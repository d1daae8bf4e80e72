using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// What a secondary target lacks, as far as this process has seen. The journal shows what changes, and a save to the primary shows
/// what changed before the journal lost sight of it.
/// </summary>
internal sealed class SecondaryQueue(SaveQueue queue, TimeProvider clock)
{
    private readonly Dictionary<string, long> _saved = [];
    private readonly Dictionary<string, long> _changedAt = [];
    private long _lookedAt;
    private bool _hasLooked;

    public SaveQueue Queue { get; } = queue;

    /// <summary>Collections that the target knows more of than this device, with a sentence each. They are left alone.</summary>
    public Dictionary<string, string> Ahead { get; } = [];

    /// <param name="journal">Shows what has changed.</param>
    /// <param name="isForced">Whether everything that changed is due now.</param>
    public void FindDue(FlashJournal journal, bool isForced)
    {
        // Often enough that a change waits a quarter longer than it has to.
        if (!isForced && _hasLooked && clock.GetElapsedTime(_lookedAt) < Queue.Target.SaveAfter / 4)
        {
            return;
        }

        _hasLooked = true;
        _lookedAt = clock.GetTimestamp();
        foreach (var owner in journal.OwnersToSave(int.MaxValue))
        {
            Changed(owner.Key, owner.LastSequence);
        }

        foreach (var (key, at) in _changedAt)
        {
            if (isForced || clock.GetElapsedTime(at) >= Queue.Target.SaveAfter)
            {
                Queue.Add(key);
            }
        }
    }

    public void PrimarySaved(string key, long sequence) => Changed(key, sequence);

    public void Saved(string key, long sequence)
    {
        _saved[key] = sequence;
        _changedAt.Remove(key);
    }

    /// <returns>Whether that is news.</returns>
    public bool IsAhead(string key, string message)
    {
        _changedAt.Remove(key);
        return Ahead.TryAdd(key, message);
    }

    private void Changed(string key, long sequence)
    {
        if (sequence > _saved.GetValueOrDefault(key) && !Ahead.ContainsKey(key))
        {
            _changedAt.TryAdd(key, clock.GetTimestamp());
        }
    }
}
