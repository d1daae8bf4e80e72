using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains;

/// <summary>What people read for a collection's key.</summary>
internal static class CollectionText
{
    /// <summary>The catalog keeps its list in a collection whose key nobody outside can know.</summary>
    public static string Of(string collectionKey) =>
        collectionKey == Collection.SystemKey ? "the catalog" : $"collection '{collectionKey}'";

    /// <summary>What is wrong with a key that a client named, as a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? NameFault(string collectionKey) =>
        !CollectionKey.TrySplit(collectionKey, out var ns, out var collection)
            ? $"'{collectionKey}' is no key of a collection: it must be namespace/collection"
            : NameRules.NamespaceFault(ns) ?? NameRules.CollectionFault(collection);
}
