using System.Collections.Concurrent;

namespace EdgeOrleans.Api;

/// <summary>
/// The handles of the collections in use, found by the raw text of the path: a hit costs one look-up in place of
/// two decoded names, their rules, a grain key and all that is made of them.
/// </summary>
internal sealed class CollectionHandles(IGrainFactory grains, ILocalCollections local)
{
    /// <summary>
    /// So many are kept whatever they are of, and of collections in this process as many as there are: a handle is little beside an
    /// activation. A client that walks through names, or through the spellings of one, must not fill memory.
    /// </summary>
    internal const int MaxHandles = 1024;

    private readonly ConcurrentDictionary<string, CollectionHandle> _byPath = new(StringComparer.Ordinal);
    private int _count;
    private int _purgeAtCount = MaxHandles;

    internal int Count => _byPath.Count;

    /// <summary>The handle for a match that names a collection.</summary>
    /// <returns><see langword="false"/> with what is wrong with its names.</returns>
    public bool TryGet(in RouteMatch match, out CollectionHandle handle, out ApiError? error)
    {
        error = null;
        if (_byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(match.CollectionPath, out handle!))
        {
            return true;
        }

        if (!PathNames.TryNamespace(match.Namespace, out var ns, out error)
            || !PathNames.TryCollection(match.Collection, out var collection, out error))
        {
            return false;
        }

        handle = new CollectionHandle(ns, collection, grains, local);
        Keep(match.CollectionPath.SequenceEqual(handle.GrainKey) ? handle.GrainKey : match.CollectionPath.ToString(), handle);
        return true;
    }

    private void Keep(string path, CollectionHandle handle)
    {
        if (Interlocked.Increment(ref _count) > Volatile.Read(ref _purgeAtCount))
        {
            Purge();
        }

        _byPath[path] = handle;
    }

    /// <summary>Two threads may do this at once, and the count be off by a few.</summary>
    private void Purge()
    {
        foreach (var (path, handle) in _byPath)
        {
            if (path != handle.GrainKey || !handle.IsHere)
            {
                _byPath.TryRemove(path, out _);
            }
        }

        var kept = _byPath.Count;
        Volatile.Write(ref _purgeAtCount, Math.Max(MaxHandles, 2 * kept));
        Volatile.Write(ref _count, kept + 1);
    }
}
