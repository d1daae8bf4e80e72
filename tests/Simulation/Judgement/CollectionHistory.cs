namespace EdgeOrleans.Simulation.Judgement;

/// <summary>A delete of a collection or of a namespace that was sent.</summary>
internal sealed class SentClear(string target, int process, long sentAt)
{
    /// <summary>The collection's key, or the namespace with a slash at its end.</summary>
    public string Target => target;

    public int Process => process;

    public long SentAt => sentAt;

    /// <summary>When it was answered, whatever the answer.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    public WriteState State { get; set; }

    /// <summary>A recovery has been looked at since it was cut off: it will have no further effect.</summary>
    public bool IsDecided { get; set; }

    public bool Covers(string collection) =>
        target[^1] == '/' ? collection.StartsWith(target, StringComparison.Ordinal) : collection == target;
}

/// <summary>What was sent to one collection.</summary>
internal sealed class CollectionHistory(string key)
{
    public string Key => key;

    public SortedDictionary<string, KeyHistory> Keys { get; } = new(StringComparer.Ordinal);

    public List<SentClear> Clears { get; } = [];

    /// <summary>The greatest version that anyone was told.</summary>
    public long ToldVersion { get; set; }

    public KeyHistory Of(string key)
    {
        if (!Keys.TryGetValue(key, out var history))
        {
            Keys.Add(key, history = new KeyHistory(this, key));
        }

        return history;
    }

    /// <summary>Whether a clear may have removed a write: one that had not ended before the write was sent.</summary>
    public bool MayHaveCleared(SentWrite write)
    {
        foreach (var clear in Clears)
        {
            if (clear.State != WriteState.Void && clear.EndedAt > write.SentAt)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the catalog must list it: a set was acknowledged that no clear can have followed.</summary>
    public bool MustBeListed() =>
        Keys.Values.Any(key => key.Sent.Any(write => write.State == WriteState.Held && !write.IsDelete && !MayHaveCleared(write)));

    /// <summary>Whether the catalog may list it: a set was sent that no acknowledged clear has surely followed.</summary>
    public bool MayBeListed() =>
        Keys.Values.Any(key => key.Sent.Any(write =>
            !write.IsDelete && !Clears.Any(clear => clear.State == WriteState.Held && write.EndedAt < clear.SentAt)));
}
