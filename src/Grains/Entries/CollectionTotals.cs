namespace EdgeOrleans.Grains.Entries;

/// <summary>What is known of a state of a collection without its entries.</summary>
/// <param name="Sequence">The sequence of the newest change in it.</param>
/// <param name="LastVersion">The newest version ever given in the collection, deletes and clears included.</param>
/// <param name="Count">How many keys.</param>
/// <param name="Bytes">Bytes of keys and values.</param>
/// <param name="TombstoneFloor">A target that has less than this sequence may lack tombstones that are gone.</param>
internal readonly record struct CollectionTotals(long Sequence, long LastVersion, int Count, long Bytes, long TombstoneFloor);
