using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains;

/// <summary>What people read for a collection's key.</summary>
internal static class CollectionText
{
    /// <summary>The catalog keeps its list in a collection whose key nobody outside can know.</summary>
    public static string Of(string collectionKey) =>
        collectionKey == Collection.SystemKey ? "the catalog" : $"collection '{collectionKey}'";
}
