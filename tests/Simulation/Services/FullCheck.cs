using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation.Services;

/// <summary>With nothing in flight: reads everything, compares lists, totals and the catalog with what was read, and settles what was in doubt.</summary>
internal sealed class FullCheck(ServiceProcess process, VersionOracle oracle, SharedOracle shared, SimulatedClients clients)
{
    private readonly SortedDictionary<string, (int Count, long Bytes)> _found = new(StringComparer.Ordinal);
    private readonly List<(VersionedKey Key, Entry? Found)> _read = [];

    /// <summary>Whether everything could be read.</summary>
    public bool IsComplete { get; private set; }

    public async Task Run()
    {
        foreach (var history in oracle.Collections.ToArray())
        {
            if (!await CheckCollection(history))
            {
                return;
            }
        }

        await CheckCatalog();
        oracle.ResolveClears();
        foreach (var history in oracle.Collections)
        {
            oracle.Resolve(history.Key);
        }

        IsComplete = true;
    }

    private async Task<bool> CheckCollection(VersionedCollection history)
    {
        var present = new SortedSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var key in history.Keys.Values.ToArray())
        {
            var (isRead, entry) = await clients.Read(history.Key, key.Key);
            if (!isRead)
            {
                return false;
            }

            _read.Add((key, entry));
            if (entry is not null)
            {
                present.Add(key.Key);
                bytes += key.Key.Length + entry.Value.Length;
            }
        }

        var page = await process.List(history.Key, new ListQuery { Limit = NameRules.MaxListLimit });
        if (!page.Keys.SequenceEqual(present) || page.Total != present.Count)
        {
            throw new OracleException($"{history.Key} lists {string.Join(' ', page.Keys)} ({page.Total}), and reads find {string.Join(' ', present)}");
        }

        var info = await process.Info(history.Key);
        if (info.KeyCount != present.Count || info.Bytes != bytes)
        {
            throw new OracleException($"{history.Key}: info says {info.KeyCount} keys, {info.Bytes} bytes; there are {present.Count}, {bytes}");
        }

        if (info.LastVersion < history.ToldVersion && !oracle.IsReportedDamaged(history.Key))
        {
            throw new OracleException($"{history.Key}: the last version is {info.LastVersion}, and {history.ToldVersion} had been told");
        }

        history.ToldVersion = Math.Max(history.ToldVersion, info.LastVersion);
        _found.Add(history.Key, (present.Count, bytes));
        return true;
    }

    private async Task CheckCatalog()
    {
        var listed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var ns in await process.OnCatalog(catalog => catalog.ListNamespaces()))
        {
            var names = await process.OnCatalog(catalog => catalog.ListCollections(ns));
            if (names.Length == 0)
            {
                throw new OracleException($"namespace {ns} is listed without a collection");
            }

            listed.UnionWith(names.Select(name => CollectionKey.Join(ns, name)));
            var info = await process.OnCatalog(catalog => catalog.NamespaceInfo(ns));
            var inside = _found.Where(pair => pair.Key.StartsWith(ns + "/", StringComparison.Ordinal)).ToArray();
            if (!oracle.IsCatalogReportedDamaged() && (info.KeyCount != inside.Sum(pair => pair.Value.Count) || info.Bytes != inside.Sum(pair => pair.Value.Bytes)
                || !info.Collections.SequenceEqual(names)))
            {
                throw new OracleException($"namespace {ns}: info says {info.KeyCount} keys, {info.Bytes} bytes in {string.Join(' ', info.Collections)}");
            }
        }

        shared.Settle(_read, listed);
        foreach (var history in oracle.Collections)
        {
            var isListed = listed.Remove(history.Key);
            if (!isListed && ((_found[history.Key].Count > 0 && !oracle.IsCatalogReportedDamaged()) || (history.MustBeListed() && !oracle.IsReportedDamaged(history.Key) && !oracle.IsCatalogReportedDamaged())))
            {
                throw new OracleException($"{history.Key} is not listed, and it {(_found[history.Key].Count > 0 ? "holds keys" : "was written to and not deleted")}");
            }

            if (isListed && !history.MayBeListed() && !oracle.IsCatalogReportedDamaged())
            {
                throw new OracleException($"{history.Key} is listed, and it was deleted or never written to");
            }
        }

        if (listed.Count > 0 && !oracle.IsCatalogReportedDamaged())
        {
            throw new OracleException($"{string.Join(' ', listed)} is listed, and nobody ever named it");
        }
    }
}
