using System.Collections.Concurrent;
using System.Text;
using Orleans.Concurrency;

namespace EdgeOrleans.Api.Tests;

/// <summary>What the test grains were told and what they hold; one for each gateway under test.</summary>
public sealed class TestStore
{
    public ConcurrentDictionary<string, SortedDictionary<string, Entry>> Collections { get; } = new();

    /// <summary>Every grain call that writes, by collection key.</summary>
    public ConcurrentQueue<(string Collection, WriteBatch Batch)> Applied { get; } = new();

    /// <summary>When set, a write waits for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Released once for each write that waits at <see cref="Gate"/>.</summary>
    public SemaphoreSlim Waiting { get; } = new(0);

    /// <summary>What each call to a collection of that name throws, reads and writes alike.</summary>
    public ConcurrentDictionary<string, Func<Exception>> Throws { get; } = new();

    /// <summary>What each operation on a collection of that name is refused with.</summary>
    public ConcurrentDictionary<string, Refusal> Refuses { get; } = new();

    private long _version;

    public long NextVersion() => Interlocked.Increment(ref _version);
}

[Reentrant]
public sealed class TestCollectionGrain(TestStore store) : Grain, ICollectionGrain
{
    private static readonly Comparer<string> Utf8Order = Comparer<string>.Create(
        (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));

    private string Key => this.GetPrimaryKeyString();

    private SortedDictionary<string, Entry> Entries => store.Collections.GetOrAdd(Key, _ => new(Utf8Order));

    public ValueTask<Entry?> Get(string key)
    {
        Check();
        return new(store.Collections.TryGetValue(Key, out var entries) && entries.TryGetValue(key, out var entry) ? entry : null);
    }

    public async Task<WriteResult[]> Apply(WriteBatch batch)
    {
        Check();
        store.Applied.Enqueue((Key, batch));
        if (store.Gate is { } gate)
        {
            store.Waiting.Release();
            await gate.Task;
        }

        if (store.Refuses.TryGetValue(Key, out var refusal))
        {
            return [.. batch.Operations.Select(_ => new WriteResult(refusal, 0, false))];
        }

        return [.. batch.Operations.Select(Apply)];
    }

    public ValueTask<KeyPage> List(ListQuery query)
    {
        Check();
        var keys = store.Collections.TryGetValue(Key, out var entries) ? entries.Keys.ToArray() : [];
        return new(new KeyPage([.. keys.Skip(query.Offset).Take(query.Limit)], keys.Length));
    }

    public ValueTask<CollectionInfo> Info() => throw new NotSupportedException();

    private WriteResult Apply(Operation operation)
    {
        if (operation.Kind == OperationKind.Delete)
        {
            return new(null, store.NextVersion(), store.Collections.TryGetValue(Key, out var entries) && entries.Remove(operation.Key));
        }

        var existed = Entries.ContainsKey(operation.Key);
        var version = store.NextVersion();
        Entries[operation.Key] = new Entry(operation.Value.ToArray(), version, 0);
        return new(null, version, existed);
    }

    private void Check()
    {
        if (store.Throws.TryGetValue(Key, out var fault))
        {
            throw fault();
        }
    }
}

public sealed class TestCatalogGrain(TestStore store) : Grain, ICatalogGrain
{
    public Task<string[]> ListNamespaces()
    {
        Check();
        return Task.FromResult(Pairs().Select(pair => pair.Namespace).Distinct().ToArray());
    }

    public Task<string[]> ListCollections(string ns)
    {
        Check();
        return Task.FromResult(Pairs().Where(pair => pair.Namespace == ns).Select(pair => pair.Collection).ToArray());
    }

    public async Task<NamespaceInfo> NamespaceInfo(string ns)
    {
        var names = await ListCollections(ns);
        var entries = names.SelectMany(name => store.Collections[CollectionKey.Join(ns, name)]).ToArray();
        return new(names, entries.Length, entries.Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + entry.Value.Value.Length));
    }

    public async Task<Refusal?> DeleteNamespace(string ns)
    {
        foreach (var name in await ListCollections(ns))
        {
            store.Collections.TryRemove(CollectionKey.Join(ns, name), out _);
        }

        return store.Refuses.GetValueOrDefault(ICatalogGrain.Key);
    }

    public Task<Refusal?> DeleteCollection(string ns, string collection)
    {
        Check();
        store.Collections.TryRemove(CollectionKey.Join(ns, collection), out _);
        return Task.FromResult(store.Refuses.GetValueOrDefault(ICatalogGrain.Key));
    }

    private (string Namespace, string Collection)[] Pairs() =>
    [
        .. store.Collections.Keys.Order(StringComparer.Ordinal).Select(key =>
        {
            CollectionKey.TrySplit(key, out var ns, out var collection);
            return (ns, collection);
        }),
    ];

    private void Check()
    {
        if (store.Throws.TryGetValue(ICatalogGrain.Key, out var fault))
        {
            throw fault();
        }
    }
}
