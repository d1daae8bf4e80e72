namespace EdgeOrleans.Journal;

/// <summary>
/// The owners with a tail, in the order in which they came to have it: each save asks for the first of them, so none may look at all.
/// Saved in this order they free the segments in theirs, as the first record of one's tail is no older than that of the one before; but
/// for an owner that was written to while it was saved, whose place is that of its trim, or a busy one would be first again and again.
/// Used under the journal's gate.
/// </summary>
internal sealed class UnsavedOwners
{
    private readonly LinkedList<JournalOwner> _owners = [];

    /// <summary><see cref="JournalOwner.UnsavedSinceMicros"/> of the first; 0 when there is none.</summary>
    public long OldestSinceMicros => _owners.First?.Value.UnsavedSinceMicros ?? 0;

    /// <summary>The first of them.</summary>
    public IReadOnlyList<JournalOwner> First(int atMost) => [.. _owners.Take(atMost)];

    /// <summary>
    /// Puts an owner behind all others, wherever it was, since then or since whenever the one before it. Of what is salvaged at a start
    /// only the segment's age is known. Allocates nothing, since a record that is durable must become live.
    /// </summary>
    public void PutLast(JournalOwner owner, long sinceMicros)
    {
        Remove(owner);
        owner.UnsavedSinceMicros = Math.Max(sinceMicros, _owners.Last?.Value.UnsavedSinceMicros ?? 0);
        _owners.AddLast(owner.Unsaved);
    }

    /// <summary>Takes an owner out, if it is there.</summary>
    public void Remove(JournalOwner owner)
    {
        if (owner.Unsaved.List is not null)
        {
            _owners.Remove(owner.Unsaved);
        }
    }
}
