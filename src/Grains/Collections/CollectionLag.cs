using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Collections;

/// <summary>Counts what a target lacks of a collection.</summary>
internal static class CollectionLag
{
    /// <summary>Of a collection in memory: exactly.</summary>
    public static LagAnswer Of(CollectionSnapshot snapshot, long since)
    {
        var (entries, bytes, oldest) = (0L, 0L, long.MaxValue);
        foreach (var entry in snapshot.ChangesSince(since))
        {
            entries++;
            bytes += entry.Bytes;
            oldest = Math.Min(oldest, entry.Version);
        }

        return new LagAnswer(entries, bytes, entries == 0 ? 0 : oldest);
    }

    /// <summary>Of one in storage: no more keys than there are, and no more than there were changes.</summary>
    public static LagAnswer Of(CollectionOutline outline, long since)
    {
        var entries = Math.Clamp(outline.Sequence - since, 0, outline.Count);
        return new LagAnswer(entries, entries == 0 ? 0 : outline.Bytes * entries / outline.Count, 0);
    }
}
