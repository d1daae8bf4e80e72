namespace EdgeOrleans;

/// <summary>
/// The collections that are in the memory of this very process. To use one there needs no call to its grain, which costs more than all
/// the rest: two messages, their callback, and for a write a turn of its own before the flush and after it.
/// </summary>
public interface ILocalCollections
{
    /// <summary>The collection of a grain key; <see langword="null"/> when it is not here now.</summary>
    ILocalCollection? Find(string collectionKey);
}

/// <summary>One activation of a collection, as any thread of its process may use it. It outlives the activation, and then knows nothing.</summary>
public interface ILocalCollection
{
    /// <summary>Reads a key, with what <see cref="ICollectionGrain.Get"/> would answer at this moment, or refers to that.</summary>
    /// <param name="key">A valid key.</param>
    /// <param name="entry">The entry, when it is found.</param>
    LocalRead Read(string key, out LocalEntry entry);

    /// <summary>Applies a batch as <see cref="ICollectionGrain.Apply"/> does, or refers to that.</summary>
    /// <returns>The results; <see langword="null"/> when nothing was done and the grain has to be asked.</returns>
    Task<WriteResult[]?> Apply(WriteBatch batch);
}

/// <summary>What a read within the process came to.</summary>
public enum LocalRead
{
    /// <summary>The grain has to be asked: it is not here, not loaded, has something to do first, or is to know that it is in use.</summary>
    AskGrain,

    /// <summary>There is no such key.</summary>
    Absent,

    /// <summary>Here is its entry.</summary>
    Found,
}

/// <summary>An <see cref="Entry"/> that stays in its process, and costs no object.</summary>
/// <param name="Value">The JSON text of the value.</param>
/// <param name="Version">Its version.</param>
public readonly record struct LocalEntry(ReadOnlyMemory<byte> Value, long Version);
