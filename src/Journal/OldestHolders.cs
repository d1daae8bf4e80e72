namespace EdgeOrleans.Journal;

/// <summary>Who holds the oldest segments.</summary>
internal static class OldestHolders
{
    /// <summary>The owners with the oldest live records, oldest first. Under the gate.</summary>
    public static IReadOnlyList<JournalOwner> Find(IReadOnlyCollection<JournalOwner> owners, long oldestSegment, int atMost)
    {
        var holders = new List<(int Age, JournalOwner Owner)>();
        foreach (var owner in owners)
        {
            // Copies come after younger originals, so the lowest sequence need not lie in the oldest segment.
            var oldest = int.MaxValue;
            foreach (var record in owner.Live.Items)
            {
                oldest = Math.Min(oldest, (ushort)(record.Place.SegmentId - (ushort)oldestSegment));
            }

            if (oldest != int.MaxValue)
            {
                holders.Add((oldest, owner));
            }
        }

        return holders
            .OrderBy(holder => holder.Age)
            .ThenBy(holder => holder.Owner.UnsavedSinceMicros)
            .ThenBy(holder => holder.Owner.Key, StringComparer.Ordinal)
            .Take(atMost)
            .Select(holder => holder.Owner)
            .ToList();
    }
}
