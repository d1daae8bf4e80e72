using EdgeOrleans.Oracle;

namespace EdgeOrleans.Simulation.Judgement;

/// <summary>
/// What may be found under one key. The newest state that is known to have been durable is a floor:
/// nothing older may show. Above it only what was sent, and is in doubt, may show.
/// </summary>
internal sealed class VersionedKey(VersionedCollection collection, string key)
{
    public VersionedCollection Collection => collection;

    public string Key => key;

    /// <summary>What the shared oracle calls it.</summary>
    public Place Place { get; } = new(collection.Namespace, collection.Name, key);

    /// <summary>The newest write known to hold; <see langword="null"/> before the first.</summary>
    public SentWrite? Known { get; private set; }

    /// <summary>The version of <see cref="Known"/>.</summary>
    public long KnownVersion => Known?.Version ?? 0;

    /// <summary>Whether the key is known to have been absent after <see cref="Known"/>: a delete, or a clear of all.</summary>
    public bool IsKnownAbsent { get; private set; } = true;

    /// <summary>Every write sent to this key, in the order sent.</summary>
    public List<SentWrite> Sent { get; } = [];

    /// <summary>A write is known to hold: it was acknowledged, or a reader saw it.</summary>
    public void Hold(SentWrite write, long version, long now)
    {
        if (write.State == WriteState.Void)
        {
            throw new OracleException($"{write} was refused, or found lost after a recovery, and now it is there with version {version}");
        }

        if (write.Version != 0 && write.Version != version)
        {
            throw new OracleException($"{write} now has version {version}");
        }

        write.State = WriteState.Held;
        write.Version = version;
        write.HeldAt = Math.Min(write.HeldAt, now);
        collection.ToldVersion = Math.Max(collection.ToldVersion, version);
        if (version > KnownVersion)
        {
            Known = write;
            IsKnownAbsent = write.IsDelete;
        }
    }

    /// <summary>When the key was last found absent without an answer that says why.</summary>
    public long FoundAbsentAt { get; private set; }

    /// <summary>The key was found absent, and something that was sent explains it.</summary>
    public void HoldAbsent(long now)
    {
        FoundAbsentAt = IsKnownAbsent ? FoundAbsentAt : now;
        IsKnownAbsent = true;
        if (Known is not null)
        {
            Known.WasRemoved = true;
        }
    }

    /// <summary>Damage took something, and was reported: what is left is the new floor.</summary>
    public void Rewind(SentWrite? found)
    {
        Known = found;
        IsKnownAbsent = found is null;
    }

    /// <summary>The write known to hold just before a version; <see langword="null"/> when there is none.</summary>
    public SentWrite? HeldBefore(long version)
    {
        SentWrite? last = null;
        foreach (var write in Sent)
        {
            if (write.State == WriteState.Held && write.Version < version && write.Version > (last?.Version ?? 0))
            {
                last = write;
            }
        }

        return last;
    }

    /// <summary>Whether another write than this, and than those behind it in its batch, may have come in between unseen.</summary>
    public bool IsContested(SentWrite by)
    {
        if (FoundAbsentAt >= by.SentAt)
        {
            return true;
        }

        foreach (var write in Sent)
        {
            if (write.State == WriteState.InDoubt && write != by && !(write.SentAt == by.SentAt && write.Id > by.Id))
            {
                return true;
            }
        }

        return false;
    }
}
