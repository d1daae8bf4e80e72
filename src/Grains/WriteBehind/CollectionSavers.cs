using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>An activation's savers, one for each target: what a collection keeps of the write-behind.</summary>
public sealed class CollectionSavers
{
    private readonly CollectionSaver[] _savers;

    /// <param name="collectionKey">The collection, as <c>namespace/collection</c>.</param>
    /// <param name="writer">A name that no other activation ever had or will have.</param>
    /// <param name="targets">The process's targets, the primary first.</param>
    /// <param name="primary">What the load found at the primary; <see langword="null"/> when it was not read, then the first save reads it.</param>
    /// <param name="loadedSequence">The sequence that the activation began with: the greatest of storage and journal.</param>
    public CollectionSavers(
        string collectionKey, string writer, IReadOnlyList<WriteBehindTarget> targets, TargetState? primary, long loadedSequence) =>
        _savers = [.. targets.Select(target => new CollectionSaver(collectionKey, writer, target, target.IsPrimary ? primary : null, loadedSequence))];

    /// <summary>Brings a target up to a snapshot; see <see cref="CollectionSaver.Save"/>.</summary>
    public Task<SaveResult> Save(int target, CollectionSnapshot snapshot, CancellationToken ct) => _savers[target].Save(snapshot, ct);

    /// <summary>The activation is going; waits for nothing.</summary>
    public void Stop()
    {
        foreach (var saver in _savers)
        {
            saver.Stop();
        }
    }
}
