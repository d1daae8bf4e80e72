namespace EdgeOrleans.Journal;

/// <summary>Who holds the oldest segments.</summary>
internal static class OldestHolders
{
    /// <summary>The owners with the oldest live records, oldest first. Under the gate.</summary>
    public static IReadOnlyList<JournalOwner> Find(IReadOnlyCollection<JournalOwner> owners, int atMost)
    {
        var holders = new List<(ushort Segment, int Offset, JournalOwner Owner)>();
        foreach (var owner in owners)
        {
            if (owner.HasTail)
            {
                var first = owner.Live.Items[0].Place;
                holders.Add((first.SegmentId, first.Offset, owner));
            }
        }

        holders.Sort((a, b) => (a.Segment, a.Offset).CompareTo((b.Segment, b.Offset)));
        return holders.Take(atMost).Select(holder => holder.Owner).ToList();
    }
}
