using System.Text;

namespace EdgeOrleans.Api;

/// <summary>All that the gateway needs of one collection, made ready once: its names, its grain, and the part of every answer that they determine.</summary>
internal sealed class CollectionHandle
{
    public CollectionHandle(string ns, string collection, IGrainFactory grains)
    {
        Namespace = ns;
        Collection = collection;
        Grain = grains.GetGrain<ICollectionGrain>(CollectionKey.Join(ns, collection));
        EntryHead = Head(ns, collection);
    }

    public string Namespace { get; }

    public string Collection { get; }

    public ICollectionGrain Grain { get; }

    /// <summary>The UTF-8 text of an entry up to the opening quote of its key.</summary>
    public byte[] EntryHead { get; }

    private static byte[] Head(string ns, string collection)
    {
        var head = new byte[128 + JsonText.MaxBytes(ns) + JsonText.MaxBytes(collection)];
        var length = Copy("{\"message\":\"Successfully\",\"namespace\":\"", head, 0);
        length += JsonText.WriteName(ns, head.AsSpan(length));
        length = Copy("\",\"collection\":\"", head, length);
        length += JsonText.WriteName(collection, head.AsSpan(length));
        length = Copy("\",\"key\":\"", head, length);
        return head[..length];
    }

    private static int Copy(string text, byte[] to, int at) => at + Encoding.UTF8.GetBytes(text, to.AsSpan(at));
}
