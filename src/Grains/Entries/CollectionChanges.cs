namespace EdgeOrleans.Grains.Entries;

/// <summary>Changes of a collection that become durable together, on top of its settled state.</summary>
internal sealed class CollectionChanges
{
    /// <param name="newest">The newest change of each key: an entry or a tombstone.</param>
    /// <param name="totals">The state that they lead to.</param>
    public CollectionChanges(IReadOnlyCollection<StoredEntry> newest, CollectionTotals totals)
    {
        Newest = newest;
        Totals = totals;
    }

    /// <param name="after">The state that they lead to: a clear is among them, which no list of keys can tell.</param>
    public CollectionChanges(CollectionSnapshot after)
    {
        Newest = [];
        Totals = after.Totals;
        After = after;
    }

    /// <summary>The newest change of each key.</summary>
    public IReadOnlyCollection<StoredEntry> Newest { get; }

    /// <summary>The state that they lead to.</summary>
    public CollectionTotals Totals { get; }

    /// <summary>That state itself, when it has to be saved as a whole.</summary>
    public CollectionSnapshot? After { get; }
}
