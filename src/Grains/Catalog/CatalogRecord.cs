using System.Buffers;
using System.Text.Json;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>
/// How the catalog is written down in its own collection: <c>c/{namespace}/{collection}</c> with <c>{}</c> for a listed collection,
/// <c>d/{namespace}/{part}</c> with <c>{"bounds":{collection:version}}</c> for a delete that is under way.
/// </summary>
internal static class CatalogRecord
{
    /// <summary>
    /// Collections in one part of an intent. Names are at most 128 bytes, six times that when every character is escaped:
    /// so a part stays below 64 KiB whatever the limit of values is.
    /// </summary>
    internal const int BoundsPerPart = 64;

    private const string ListedPrefix = "c/";
    private const string DeletePrefix = "d/";

    private static readonly ReadOnlyMemory<byte> Empty = "{}"u8.ToArray();

    public static Operation Listed(string collectionKey) =>
        new() { Kind = OperationKind.Set, Key = ListedPrefix + collectionKey, Value = Empty };

    public static Operation Unlisted(string collectionKey) =>
        new() { Kind = OperationKind.Delete, Key = ListedPrefix + collectionKey };

    /// <summary>The intent to delete what has at most these versions.</summary>
    public static List<Operation> Intent(string ns, IReadOnlyDictionary<string, long> bounds)
    {
        var parts = new List<Operation>();
        foreach (var part in bounds.Chunk(BoundsPerPart))
        {
            parts.Add(new Operation { Kind = OperationKind.Set, Key = PartKey(ns, parts.Count), Value = Write(part) });
        }

        return parts;
    }

    /// <summary>The intent is carried out.</summary>
    public static IEnumerable<Operation> IntentDone(string ns, int boundCount)
    {
        for (var part = 0; part * BoundsPerPart < boundCount; part++)
        {
            yield return new Operation { Kind = OperationKind.Delete, Key = PartKey(ns, part) };
        }
    }

    public static bool TryReadListed(string key, out string collectionKey)
    {
        collectionKey = key.StartsWith(ListedPrefix, StringComparison.Ordinal) ? key[ListedPrefix.Length..] : "";
        return collectionKey.Length > 0;
    }

    /// <summary>Reads a part of an intent and adds its bounds, by collection key.</summary>
    public static bool TryReadIntent(string key, ReadOnlyMemory<byte> value, Dictionary<string, long> bounds, out string ns)
    {
        ns = "";
        if (!key.StartsWith(DeletePrefix, StringComparison.Ordinal)
            || !CollectionKey.TrySplit(key[DeletePrefix.Length..], out ns, out _))
        {
            return false;
        }

        using var document = JsonDocument.Parse(value);
        foreach (var bound in document.RootElement.GetProperty("bounds"u8).EnumerateObject())
        {
            bounds[CollectionKey.Join(ns, bound.Name)] = bound.Value.GetInt64();
        }

        return true;
    }

    private static string PartKey(string ns, int part) => $"{DeletePrefix}{ns}/{part:d4}";

    private static byte[] Write(KeyValuePair<string, long>[] bounds)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject("bounds"u8);
        foreach (var (collectionKey, bound) in bounds)
        {
            CollectionKey.TrySplit(collectionKey, out _, out var name);
            json.WriteNumber(name, bound);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
