using System.Diagnostics;
using System.Text;

namespace EdgeOrleans.Api;

/// <summary>All that the gateway needs of one collection, made ready once: its names, its grain, and the part of every answer that they determine.</summary>
internal sealed class CollectionHandle
{
    private static readonly Task<WriteResult[]?> NotHere = Task.FromResult<WriteResult[]?>(null);

    private readonly IGrainFactory _grains;
    private readonly ILocalCollections _local;
    private ICollectionGrain? _grain;
    private ILocalCollection? _here;

    public CollectionHandle(string ns, string collection, IGrainFactory grains, ILocalCollections local)
    {
        _grains = grains;
        _local = local;
        GrainKey = CollectionKey.Join(ns, collection);
        Namespace = ns;
        Collection = collection;

        // A handle may serve one request: it shall not have to ask the grain for that.
        _here = local.Find(GrainKey);
        EntryHead = Head(ns, collection);
    }

    public string Namespace { get; }

    public string Collection { get; }

    public string GrainKey { get; }

    /// <summary>Made when it is first called: Orleans looks up attributes for it, which in the native edition takes longer than a read.</summary>
    public ICollectionGrain Grain => _grain ??= _grains.GetGrain<ICollectionGrain>(GrainKey);

    /// <summary>Whether the collection is active in this process.</summary>
    public bool IsHere => _local.Find(GrainKey) is not null;

    /// <summary>The UTF-8 text of an entry up to the opening quote of its key.</summary>
    public byte[] EntryHead { get; }

    /// <summary>Reads a key without a call to the grain, where that is possible.</summary>
    public LocalRead Read(string key, out LocalEntry entry)
    {
        entry = default;
        var read = _here?.Read(key, out entry) ?? LocalRead.AskGrain;
        if (read == LocalRead.AskGrain)
        {
            // The activation may be another one by now; the call that follows brings one about if there is none.
            _here = _local.Find(GrainKey);
        }

        return read;
    }

    /// <summary>Applies a batch without a call to the grain, where that is possible.</summary>
    /// <returns>The results; <see langword="null"/> when nothing was done and the grain has to be called.</returns>
    public Task<WriteResult[]?> Apply(WriteBatch batch)
    {
        // A trace shows the call, and what it waits for.
        var write = Activity.Current is null ? _here?.Apply(batch) : null;
        if (write is null or { IsCompletedSuccessfully: true, Result: null })
        {
            _here = _local.Find(GrainKey);
        }

        return write ?? NotHere;
    }

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
