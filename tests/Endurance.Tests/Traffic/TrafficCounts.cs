using System.Collections.Concurrent;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>What the traffic of a test came to.</summary>
internal sealed class TrafficCounts
{
    private readonly ConcurrentDictionary<string, long> _replies = [];
    private long _acknowledged;
    private long _namespaceDeletes;
    private long _collectionDeletes;
    private long _reads;

    /// <summary>Sets and deletes of keys that were acknowledged.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public long NamespaceDeletes => Volatile.Read(ref _namespaceDeletes);

    public long CollectionDeletes => Volatile.Read(ref _collectionDeletes);

    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Answers that were neither success nor "not found", by status and code.</summary>
    public IReadOnlyDictionary<string, long> Refusals => _replies;

    public void AddAcknowledged(int count) => Interlocked.Add(ref _acknowledged, count);

    public void AddRead() => Interlocked.Increment(ref _reads);

    public void AddDelete(bool ofNamespace) => Interlocked.Increment(ref ofNamespace ? ref _namespaceDeletes : ref _collectionDeletes);

    public void AddReply(Reply reply)
    {
        if (reply.Status is not (200 or 201 or 404))
        {
            AddRefusal(reply.Status == 0 ? "no answer" : $"{reply.Status} {reply.Code}");
        }
    }

    public void AddRefusal(string what) => _replies.AddOrUpdate(what, 1, static (_, count) => count + 1);

    public override string ToString() =>
        $"{Acknowledged} writes acknowledged, {NamespaceDeletes} namespaces and {CollectionDeletes} collections deleted, {Reads} reads; "
        + (Refusals.Count == 0 ? "nothing refused" : string.Join(", ", Refusals.OrderBy(static r => r.Key).Select(static r => $"{r.Value} x {r.Key}")));
}
