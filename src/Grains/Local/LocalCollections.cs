using System.Collections.Concurrent;

namespace EdgeOrleans.Grains.Local;

/// <summary>The newest activation of each collection in this process, for any thread.</summary>
/// <param name="clock">For the time since a grain was called.</param>
internal sealed class LocalCollections(TimeProvider clock) : ILocalCollections
{
    private readonly ConcurrentDictionary<string, LocalCollection> _newest = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ILocalCollection? Find(string collectionKey) => _newest.GetValueOrDefault(collectionKey);

    /// <summary>
    /// An activation has come into being. One before it is used no more from here on, should it still be about: before the
    /// new one can have taken a write that the old one knows nothing of.
    /// </summary>
    public LocalCollection Enter(string key) => _newest.AddOrUpdate(
        key,
        static (_, entering) => entering,
        static (_, before, entering) =>
        {
            before.Close();
            return entering;
        },
        new LocalCollection(clock));

    /// <summary>An activation has gone.</summary>
    public void Leave(string key, LocalCollection collection)
    {
        collection.Close();
        _newest.TryRemove(new(key, collection));
    }
}
