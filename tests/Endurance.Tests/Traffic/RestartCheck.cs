using System.Collections.Concurrent;
using System.Text;
using EdgeOrleans.Oracle;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>
/// Reads everything after a restart, before anything is written, and holds it against the oracle; then listings, totals and
/// catalog against what was read.
/// </summary>
internal sealed class RestartCheck(WriteOracle oracle, KvClient client)
{
    private const int Readers = 16;

    private readonly ConcurrentQueue<string> _faults = [];
    private readonly ConcurrentDictionary<Place, string> _found = [];
    private int _doubtKept;
    private int _doubtDropped;

    /// <summary>Sets without an answer that came to be all the same.</summary>
    public int DoubtKept => _doubtKept;

    /// <summary>Sets without an answer that are not there.</summary>
    public int DoubtDropped => _doubtDropped;

    /// <summary>How many keys there are.</summary>
    public int Found => _found.Count;

    /// <returns>What is wrong, with the history of each key concerned.</returns>
    public async Task<IReadOnlyCollection<string>> Run()
    {
        // Before the keys, so that a collection is as it was opened, with nothing loaded.
        var totals = new Dictionary<string, (long Keys, long Bytes)>();
        foreach (var ns in oracle.Collections.Select(static c => c.Namespace).Distinct())
        {
            var info = await client.Info(ns);
            totals[ns] = (info.Number("key_count"), info.Number("size"));
        }

        await Parallel.ForEachAsync(oracle.Places, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (place, _) => await Check(place));
        foreach (var collection in oracle.Collections)
        {
            await CheckListing(collection.Namespace, collection.Name);
        }

        foreach (var (ns, total) in totals)
        {
            await CheckNamespace(ns, total.Keys, total.Bytes);
        }

        await CheckNamespaces();
        return _faults;
    }

    private async Task Check(Place place)
    {
        var reply = await client.Get(place);
        if (reply.Status is not (200 or 404))
        {
            _faults.Enqueue($"{place} cannot be read: {reply}");
            return;
        }

        var value = reply.Status == 200 ? reply.Raw("value") : null;
        var doubt = oracle.DoubtAbout(place, value);
        if (oracle.Settle(place, value) is { } fault)
        {
            _faults.Enqueue(fault);
        }

        if (value is not null)
        {
            _found[place] = value;
        }

        Interlocked.Add(ref _doubtKept, doubt.Kept);
        Interlocked.Add(ref _doubtDropped, doubt.Dropped);
    }

    private async Task CheckListing(string ns, string collection)
    {
        var reply = await client.List(ns, collection);
        var listed = reply.Strings("keys");
        var expected = _found.Keys.Where(place => place.Namespace == ns && place.Collection == collection).Select(static place => place.Key).ToArray();
        Array.Sort(expected, static (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));
        if (!expected.SequenceEqual(listed) || reply.Number("total") != expected.Length)
        {
            _faults.Enqueue(
                $"the list of {ns}/{collection} has {listed.Length} keys and total {reply.Number("total")}, one by one there are {expected.Length};"
                + $" only listed: {string.Join(' ', listed.Except(expected))}; only found: {string.Join(' ', expected.Except(listed))}");
        }
    }

    private async Task CheckNamespace(string ns, long keysBefore, long bytesBefore)
    {
        var listed = (await client.Collections(ns)).Strings("collections");
        var info = await client.Info(ns);
        if (!listed.SequenceEqual(info.Strings("collections")))
        {
            _faults.Enqueue($"collections of {ns}: the list has {string.Join(' ', listed)}, its info {string.Join(' ', info.Strings("collections"))}");
        }

        var known = oracle.Collections.Where(c => c.Namespace == ns).ToArray();
        foreach (var collection in known)
        {
            if (collection.Settle(listed.Contains(collection.Name)) is { } fault)
            {
                _faults.Enqueue(fault);
            }

            if (!listed.Contains(collection.Name) && _found.Keys.Any(place => place.Namespace == ns && place.Collection == collection.Name))
            {
                _faults.Enqueue($"{ns}/{collection.Name} has keys and is not listed");
            }
        }

        foreach (var name in listed.Except(known.Select(static c => c.Name)))
        {
            _faults.Enqueue($"{ns}/{name} is listed and was never written to");
        }

        var found = _found.Where(pair => pair.Key.Namespace == ns).ToArray();
        var bytes = found.Sum(static pair => Encoding.UTF8.GetByteCount(pair.Key.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        foreach (var (keyCount, size, when) in new[] { (keysBefore, bytesBefore, "before"), (info.Number("key_count"), info.Number("size"), "after") })
        {
            if (keyCount != found.Length || size != bytes)
            {
                _faults.Enqueue($"info of {ns}, {when} the keys were read: {keyCount} keys and {size} bytes, one by one there are {found.Length} and {bytes}");
            }
        }
    }

    private async Task CheckNamespaces()
    {
        var namespaces = (await client.Namespaces()).Strings("namespaces");
        var expected = new List<string>();
        foreach (var ns in oracle.Collections.Select(static c => c.Namespace).Distinct().Order(StringComparer.Ordinal))
        {
            if ((await client.Collections(ns)).Number("count") > 0)
            {
                expected.Add(ns);
            }
        }

        if (!expected.SequenceEqual(namespaces))
        {
            _faults.Enqueue($"namespaces listed: {string.Join(' ', namespaces)}; with collections: {string.Join(' ', expected)}");
        }
    }
}
