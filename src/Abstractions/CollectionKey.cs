namespace EdgeOrleans;

/// <summary>The key of a collection's grain, <c>namespace/collection</c>. Neither part may hold a <c>/</c>, so it splits one way only.</summary>
public static class CollectionKey
{
    /// <summary>Joins the two parts; an empty namespace means <see cref="NameRules.DefaultNamespace"/>.</summary>
    public static string Join(string ns, string collection) =>
        string.Concat(ns.Length == 0 ? NameRules.DefaultNamespace : ns, "/", collection);

    /// <summary>Splits a grain key at its first <c>/</c>.</summary>
    /// <returns><see langword="false"/> when there is none.</returns>
    public static bool TrySplit(string grainKey, out string ns, out string collection)
    {
        var slash = grainKey.IndexOf('/', StringComparison.Ordinal);
        ns = slash < 0 ? "" : grainKey[..slash];
        collection = slash < 0 ? grainKey : grainKey[(slash + 1)..];
        return slash >= 0;
    }
}
