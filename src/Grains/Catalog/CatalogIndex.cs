namespace EdgeOrleans.Grains.Catalog;

/// <summary>The listed collections, by namespace, in the order of listings.</summary>
internal sealed class CatalogIndex
{
    private readonly SortedDictionary<string, SortedSet<string>> _namespaces = new(Utf8Order.Instance);

    /// <summary>How many collections in all namespaces.</summary>
    public int Collections { get; private set; }

    /// <summary>How many namespaces.</summary>
    public int Namespaces => _namespaces.Count;

    public string[] ListNamespaces() => [.. _namespaces.Keys];

    public string[] ListCollections(string ns) => _namespaces.TryGetValue(ns, out var names) ? [.. names] : [];

    public bool ContainsNamespace(string ns) => _namespaces.ContainsKey(ns);

    public bool Contains(string collectionKey) =>
        CollectionKey.TrySplit(collectionKey, out var ns, out var name)
        && _namespaces.TryGetValue(ns, out var names) && names.Contains(name);

    public void Add(string collectionKey)
    {
        if (CollectionKey.TrySplit(collectionKey, out var ns, out var name))
        {
            if (!_namespaces.TryGetValue(ns, out var names))
            {
                _namespaces.Add(ns, names = new SortedSet<string>(Utf8Order.Instance));
            }

            Collections += names.Add(name) ? 1 : 0;
        }
    }

    public void Remove(string collectionKey)
    {
        if (CollectionKey.TrySplit(collectionKey, out var ns, out var name)
            && _namespaces.TryGetValue(ns, out var names) && names.Remove(name))
        {
            Collections--;
            if (names.Count == 0)
            {
                _namespaces.Remove(ns);
            }
        }
    }
}
