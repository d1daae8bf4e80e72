using System.Text;
using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>90 % reads and 10 % writes.</summary>
internal sealed class MixedWorkload : Workload
{
    private const double WriteShare = 0.1;
    private const int SmallValueBytes = 100;
    private const int Get = 0;
    private const int Set = 1;

    private readonly KeySpace _keys;
    private readonly int _valueBytes;
    private readonly Func<Random, int> _draw;

    private MixedWorkload(KeySpace keys, int valueBytes, Func<Random, int> draw)
    {
        _keys = keys;
        _valueBytes = valueBytes;
        _draw = draw;
    }

    public override IReadOnlyList<string> Steps { get; } = ["get", "set"];

    /// <summary>10,000 keys in 100 collections, few of them asked for often.</summary>
    public static MixedWorkload Zipfian()
    {
        var keys = new KeySpace("load", 100, "k", 10_000);
        return new MixedWorkload(keys, SmallValueBytes, new Zipf(keys.Count).Draw);
    }

    /// <summary>The name of the first collection of each.</summary>
    public static string FirstCollection => new KeySpace("load", 1, "k", 1).Collection(0);

    /// <summary>Keys that are all asked for alike.</summary>
    public static MixedWorkload Uniform(int collections, int keys) =>
        new(new KeySpace("load", collections, "k", keys), SmallValueBytes, random => random.Next(keys));

    /// <summary>Keys of a collection that are all asked for alike, in collections of which few are asked for often.</summary>
    public static MixedWorkload ZipfianCollections(int collections, int keys, int valueBytes)
    {
        var zipf = new Zipf(collections);
        return new(
            new KeySpace("load", collections, "k", keys), valueBytes,
            random => zipf.Draw(random) + (collections * random.Next(keys / collections)));
    }

    public override async Task Prepare(LoadTarget target)
    {
        using var writer = new Writer(target);
        var value = new CountedValue(_keys, _valueBytes);
        await writer.SetAll(_keys.ByCollection().Select(key =>
        {
            value.Be(key, KeySpace.FirstNumber);
            return (_keys.Collection(key), _keys.Key(key), Encoding.ASCII.GetString(value.Text));
        }));
    }

    /// <summary>Whether a key has a value that can be right, asked for until there is an answer.</summary>
    public async Task<bool> IsThere(LoadTarget target, int key)
    {
        using var connection = target.Connect();
        var requests = new KeyRequests(_keys, _valueBytes, target.Requests());
        var answer = await connection.Exchange(requests.Get(key));
        return requests.Judge(answer) is null;
    }

    public override User CreateUser(LoadTarget target, int index, int count) =>
        new MixedUser(this, new KeyRequests(_keys, _valueBytes, target.Requests()), index, count);

    private sealed class MixedUser(MixedWorkload workload, KeyRequests requests, int index, int count) : User
    {
        private readonly Random _random = new(index);

        public override Request Next()
        {
            var key = workload._draw(_random);
            return _random.NextDouble() < WriteShare ? new Request(requests.Set(OwnKeyNear(key)), Set) : new Request(requests.Get(key), Get);
        }

        public override string? Judge(in Answer answer) => requests.Judge(answer);

        // The nearest key that no other user writes.
        private int OwnKeyNear(int key)
        {
            var keys = workload._keys.Count;
            return (key - (key % count) + index) % (keys - (keys % count));
        }
    }
}
