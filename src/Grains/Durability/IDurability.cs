using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Durability;

/// <summary>
/// How the collections of a process become durable, and are put together again when they are first needed: by the journal on a device,
/// by the primary storage itself in a cluster.
/// </summary>
internal interface IDurability
{
    /// <summary>Puts a collection together.</summary>
    /// <param name="key">The collection's key.</param>
    /// <param name="isListed">Whether the catalog lists it.</param>
    /// <param name="makeRoom">
    /// Told how many bytes its entries will take in memory, at most, before they are read; what it throws ends the load.
    /// <see langword="null"/> to read no entry, as far as versions, sequences and totals can be known without.
    /// </param>
    /// <param name="ct">Ends the wait.</param>
    Task<RecoveredCollection> Recover(string key, bool isListed, Func<long, Task>? makeRoom, CancellationToken ct);

    /// <summary>Where the changes of one activation are to become durable.</summary>
    /// <param name="key">The collection's key.</param>
    /// <param name="opened">What was recovered.</param>
    /// <param name="entries">The entries that are changed.</param>
    /// <param name="events">Whom it tells what happens between calls.</param>
    ICommits CommitsOf(string key, RecoveredCollection opened, CollectionEntries entries, CommitEvents events);
}
