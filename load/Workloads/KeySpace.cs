using System.Text;
using System.Text.Unicode;

namespace EdgeOrleans.Load.Workloads;

/// <summary>
/// Keys by their numbers, spread over collections, with what is known of each: which write was sent last, and which was answered
/// last. A key is written by one user alone and read by any.
/// </summary>
internal sealed class KeySpace(string collectionPrefix, int collections, string keyPrefix, int keys)
{
    /// <summary>The value before a run has this number; each write adds one. Ten digits, so that all values are of one length.</summary>
    public const long FirstNumber = 1_000_000_000;

    private readonly long[] _sent = [.. Enumerable.Repeat(FirstNumber, keys)];
    private readonly long[] _answered = [.. Enumerable.Repeat(FirstNumber, keys)];

    public int Count => keys;

    /// <summary>All keys, one collection after the other: who fills a service so needs each of them in memory once.</summary>
    public IEnumerable<int> ByCollection() =>
        Enumerable.Range(0, collections).SelectMany(first => Enumerable.Range(0, (keys - first + collections - 1) / collections).Select(i => first + (i * collections)));

    public string Collection(int key) => $"{collectionPrefix}-{key % collections:D5}";

    public string Key(int key) => $"{keyPrefix}{key:D7}";

    /// <summary>As in <c>GET /api/v1/kv/default/load-00001/k0000001</c>.</summary>
    public int WriteRequestLine(Span<byte> target, string method, int key)
    {
        Utf8.TryWrite(target, $"{method} /api/v1/kv/default/{collectionPrefix}-{key % collections:D5}/{keyPrefix}{key:D7}", out var length);
        return length;
    }

    /// <summary>Writes the key alone, whose length is the same for all.</summary>
    public void WriteKey(Span<byte> target, int key) => Utf8.TryWrite(target, $"{keyPrefix}{key:D7}", out _);

    public int KeyBytes => Encoding.ASCII.GetByteCount(keyPrefix) + 7;

    /// <summary>The number for the next write of a key. By its one writer.</summary>
    public long Send(int key) => ++_sent[key];

    /// <summary>The last write of a key was answered. By its one writer.</summary>
    public void Answer(int key) => Volatile.Write(ref _answered[key], _sent[key]);

    public long Sent(int key) => _sent[key];

    /// <summary>The newest write that was answered.</summary>
    public long Answered(int key) => Volatile.Read(ref _answered[key]);
}
