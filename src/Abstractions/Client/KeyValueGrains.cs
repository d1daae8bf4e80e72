using System.Text.Json.Serialization.Metadata;

namespace EdgeOrleans;

/// <summary>Where a service that is an Orleans client gets its collections from.</summary>
public static class KeyValueGrains
{
    /// <summary>A collection whose values are of one type. Costs nothing until it is called; nothing is created before the first write.</summary>
    /// <param name="grains">The cluster client, or the grain factory of a silo.</param>
    /// <param name="ns">The namespace; empty for <see cref="NameRules.DefaultNamespace"/>.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="typeInfo">How values are written as JSON and read: from a source-generated <c>JsonSerializerContext</c>.</param>
    public static KeyValueCollection<T> GetKeyValueCollection<T>(
        this IGrainFactory grains, string ns, string collection, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return new KeyValueCollection<T>(grains.GetGrain<ICollectionGrain>(CollectionKey.Join(ns, collection)), typeInfo);
    }
}
