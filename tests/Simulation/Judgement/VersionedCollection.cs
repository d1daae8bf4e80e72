namespace EdgeOrleans.Simulation.Judgement;

/// <summary>What was sent to one collection.</summary>
internal sealed class VersionedCollection
{
    public VersionedCollection(string key)
    {
        (Key, Namespace, Name) = CollectionKey.TrySplit(key, out var ns, out var name) ? (key, ns, name) : throw new ArgumentException(key, nameof(key));
    }

    public string Key { get; }

    public string Namespace { get; }

    public string Name { get; }

    public SortedDictionary<string, VersionedKey> Keys { get; } = new(StringComparer.Ordinal);

    public List<SentClear> Clears { get; } = [];

    /// <summary>The greatest version that anyone was told.</summary>
    public long ToldVersion { get; set; }

    public VersionedKey Of(string key)
    {
        if (!Keys.TryGetValue(key, out var history))
        {
            Keys.Add(key, history = new VersionedKey(this, key));
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
