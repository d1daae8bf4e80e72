using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>
/// Which collections there are. In memory whole, written down in a collection of its own (<see cref="CatalogRecord"/>).
/// Calls come one turn at a time and meet at awaits.
/// </summary>
internal sealed class CollectionCatalog
{
    // Calls to collections that are under way at once: enough that they share flushes, not so many that a Pi chokes.
    internal const int CallsAtOnce = 64;

    private readonly ICollections _collections;
    private readonly LimitsOptions _limits;
    private readonly ServiceClock _clock;
    private readonly TimeSpan _timeout;
    private readonly CatalogIndex _index = new();
    private readonly CatalogDeletes _deletes;
    private readonly Dictionary<string, Task<Refusal?>> _registering = [];
    private Task<Refusal?>? _loading;
    private bool _isLoaded;

    /// <param name="collections">The collections.</param>
    /// <param name="limits">How many there may be.</param>
    /// <param name="clock">The service clock.</param>
    /// <param name="timeout">How long a client's call may take.</param>
    /// <param name="left">Cancelled when nothing more is to be begun in the background.</param>
    public CollectionCatalog(ICollections collections, LimitsOptions limits, ServiceClock clock, TimeSpan timeout, CancellationToken left)
    {
        _clock = clock;
        _timeout = timeout;
        _collections = collections;
        _limits = limits;
        _deletes = new CatalogDeletes(collections, _index, clock, _registering, left);
    }

    /// <summary>Loads the catalog; deletes that a kill cut short are gone on with in the background.</summary>
    /// <returns>Why not; <see langword="null"/> when it is loaded.</returns>
    public async Task<Refusal?> Open()
    {
        if (_isLoaded)
        {
            return null;
        }

        var loading = _loading ??= Load();
        return await loading;
    }

    /// <summary>What is known of a collection. Never waits for a delete: deletes wait for collections that ask this.</summary>
    public async Task<Standing> Find(string collectionKey) =>
        await Open() is { } refusal
            ? new Standing(refusal, false, 0, false)
            : new Standing(null, _index.Contains(collectionKey), _deletes.BoundOf(collectionKey), _deletes.IsWrittenDown(collectionKey));

    /// <summary>Lists a collection, durably.</summary>
    /// <returns>Why not; <see langword="null"/> when it is listed.</returns>
    public async Task<Refusal?> Register(string collectionKey)
    {
        if (await Open() is { } refusal)
        {
            return refusal;
        }

        while (_deletes.Removal(collectionKey) is { } removal)
        {
            await removal;
        }

        if (_deletes.TryKeep(collectionKey))
        {
            return null;
        }

        if (!_registering.TryGetValue(collectionKey, out var registering))
        {
            if (LimitRefusal(collectionKey) is { } limit)
            {
                return limit;
            }

            registering = WriteListed(collectionKey);
            _registering[collectionKey] = registering;
        }

        return await registering;
    }

    public async Task<string[]> ListNamespaces()
    {
        await RequireOpen();
        return _index.ListNamespaces();
    }

    public async Task<string[]> ListCollections(string ns)
    {
        await RequireOpen();
        return _index.ListCollections(ns);
    }

    public async Task<NamespaceInfo> NamespaceInfo(string ns)
    {
        await RequireOpen();
        var names = _index.ListCollections(ns);
        var (keys, bytes) = (0L, 0L);
        foreach (var some in names.Chunk(CallsAtOnce))
        {
            foreach (var info in await Task.WhenAll(some.Select(name => _collections.Info(CollectionKey.Join(ns, name)))))
            {
                keys += info.KeyCount;
                bytes += info.Bytes;
            }
        }

        return new NamespaceInfo(names, keys, bytes);
    }

    public Task<Refusal?> DeleteNamespace(string ns) => Delete(ns, null);

    public Task<Refusal?> DeleteCollection(string ns, string collection) => Delete(ns, collection);

    private async Task<Refusal?> Delete(string ns, string? collection)
    {
        var deadline = new Deadline(_clock, _timeout);
        if (await Open() is { } refusal)
        {
            return refusal;
        }

        // Once its bound is set it goes on to its end, whoever waits.
        var delete = _deletes.Delete(ns, collection, deadline);
        await deadline.Race(delete);
        return delete.IsCompleted ? await delete : deadline.TimedOut;
    }

    private async Task RequireOpen()
    {
        var deadline = new Deadline(_clock, _timeout);
        if (await Open() is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        // What a kill cut short is finished before it can be seen; what cannot be finished now does not keep the rest from being seen.
        await deadline.Race(_deletes.LeftOvers);
    }

    private async Task<Refusal?> Load()
    {
        // The caller has to store the task before it can end.
        await Task.Yield();
        try
        {
            var content = await _collections.ReadSystem();
            if (content.Refusal is null)
            {
                Read(content);
                _isLoaded = true;
                _deletes.GoOn(TimeSpan.Zero);
            }

            return content.Refusal;
        }
        catch (Exception fault)
        {
            return new Refusal(RefusalCode.Unavailable, $"the catalog cannot be loaded: {fault.Message}");
        }
        finally
        {
            _loading = null;
        }
    }

    private void Read(SystemEntries content)
    {
        var listedAt = new Dictionary<string, long>();
        for (var i = 0; i < content.Keys.Length; i++)
        {
            var bounds = new Dictionary<string, long>();
            if (CatalogRecord.TryReadListed(content.Keys[i], out var collectionKey))
            {
                _index.Add(collectionKey);
                listedAt[collectionKey] = content.Versions[i];
            }
            else if (CatalogRecord.TryReadIntent(content.Keys[i], content.Values[i], bounds, out var ns))
            {
                // In key order the list comes before the intents.
                _deletes.Found(ns, bounds, key => listedAt.GetValueOrDefault(key) > content.Versions[i]);
            }
        }
    }

    /// <summary>Judged with the registrations under way, so that no two of them take the last place.</summary>
    private Refusal? LimitRefusal(string collectionKey)
    {
        if (_index.Contains(collectionKey))
        {
            return null;
        }

        var underWay = _registering.Keys.Where(key => !_index.Contains(key)).ToList();
        if (_index.Collections + underWay.Count >= _limits.Collections)
        {
            return new Refusal(
                RefusalCode.LimitReached, $"there are {_limits.Collections} collections already, the limit (Limits:Collections)");
        }

        CollectionKey.TrySplit(collectionKey, out var ns, out _);
        var newNamespaces = underWay.Select(NamespaceOf).Where(other => !_index.ContainsNamespace(other)).ToHashSet();
        if (!_index.ContainsNamespace(ns) && !newNamespaces.Contains(ns)
            && _index.Namespaces + newNamespaces.Count >= _limits.Namespaces)
        {
            return new Refusal(
                RefusalCode.LimitReached, $"there are {_limits.Namespaces} namespaces already, the limit (Limits:Namespaces)");
        }

        return null;
    }

    private async Task<Refusal?> WriteListed(string collectionKey)
    {
        // The caller has to store the task before it can end.
        await Task.Yield();
        try
        {
            var results = await _collections.ApplySystem(
                new WriteBatch { Operations = [CatalogRecord.Listed(collectionKey)] }, reclaims: false);
            if (results[0].Refusal is null)
            {
                _index.Add(collectionKey);
                _deletes.Listed(collectionKey);
            }
            else if (results[0].Refusal is { Code: RefusalCode.Unavailable })
            {
                _deletes.MayBeListed(collectionKey);
            }

            return results[0].Refusal;
        }
        catch (Exception)
        {
            _deletes.MayBeListed(collectionKey);
            throw;
        }
        finally
        {
            _registering.Remove(collectionKey);
        }
    }

    private static string NamespaceOf(string collectionKey) =>
        CollectionKey.TrySplit(collectionKey, out var ns, out _) ? ns : "";
}
