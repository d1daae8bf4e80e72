using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Orleans.Concurrency;

namespace EdgeOrleans.Api.Tests;

/// <summary>What the test grains were told and what they hold; one for each gateway under test.</summary>
public sealed class TestStore
{
    public ConcurrentDictionary<string, SortedDictionary<string, Entry>> Collections { get; } = new();

    /// <summary>Every grain call that writes, by collection key.</summary>
    public ConcurrentQueue<(string Collection, WriteBatch Batch)> Applied { get; } = new();

    /// <summary>Every strong read, by collection key.</summary>
    public ConcurrentQueue<string> StrongReads { get; } = new();

    /// <summary>Where each write to a collection of that name waits until the test lets it go on.</summary>
    public ConcurrentDictionary<string, Gate> Gates { get; } = new();

    /// <summary>What each call to a collection of that name throws, reads and writes alike.</summary>
    public ConcurrentDictionary<string, Func<Exception>> Throws { get; } = new();

    /// <summary>What each operation on a collection of that name is refused with.</summary>
    public ConcurrentDictionary<string, Refusal> Refuses { get; } = new();

    /// <summary>How many more writes to a collection of that name find it overtaken.</summary>
    public ConcurrentDictionary<string, int> Moves { get; } = new();

    private long _version;

    public long NextVersion() => Interlocked.Increment(ref _version);
}

/// <summary>A place where writes wait for the test.</summary>
public sealed class Gate
{
    private readonly Channel<bool> _arrived = Channel.CreateUnbounded<bool>();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Pass()
    {
        _arrived.Writer.TryWrite(true);
        return _open.Task;
    }

    /// <summary>Waits until one more write has come this far.</summary>
    public Task Arrival() => _arrived.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public void Open() => _open.TrySetResult();
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

    public ValueTask<Entry?> GetStrong(string key)
    {
        store.StrongReads.Enqueue(Key);
        return Get(key);
    }

    public async Task<WriteResult[]> Apply(WriteBatch batch)
    {
        Check();
        store.Applied.Enqueue((Key, batch));
        if (store.Gates.TryGetValue(Key, out var gate))
        {
            await gate.Pass();
        }

        var moves = store.Moves.GetValueOrDefault(Key);
        if (moves > 0)
        {
            store.Moves[Key] = moves - 1;
            return [.. batch.Operations.Select(static _ => new WriteResult(new Refusal(RefusalCode.Overtaken, "it has moved"), 0, false))];
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
        if (query.IsStrong)
        {
            store.StrongReads.Enqueue(Key);
        }

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
