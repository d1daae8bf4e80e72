using System.Text;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Cluster;

/// <summary>One kind of request, with values of 100 bytes, on collections that are all asked for alike.</summary>
internal sealed class CollectionWorkload(RequestKind kind, string prefix, int collections) : Workload
{
    private const int KeysPerUser = 100;

    // A batch that makes collections waits for all of them, and must not take as long as a write may.
    private const int CollectionsPerBatch = 100;
    private static readonly string Value = $"\"{new string('x', 98)}\"";
    private static readonly byte[] Expected = Encoding.ASCII.GetBytes($"\"value\":{Value}");
    private static readonly byte[] Body = Encoding.ASCII.GetBytes($"{{\"value\":{Value}}}");

    public RequestKind Kind => kind;

    public string KindName { get; } = kind switch
    {
        RequestKind.Get => "GET",
        RequestKind.StrongGet => "strong GET",
        RequestKind.Set => "SET",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public override IReadOnlyList<string> Steps => [KindName];

    /// <summary>Makes the collections, each with the one key that is read.</summary>
    public override Task Prepare(LoadTarget target) => Fill(target, Enumerable.Range(0, collections).Select(i => $"{prefix}{i}"), 1);

    /// <summary>Makes collections of so many keys.</summary>
    public static async Task Fill(LoadTarget target, IEnumerable<string> collections, int keys)
    {
        using var writer = new Writer(target);
        foreach (var some in collections.Chunk(CollectionsPerBatch))
        {
            await writer.SetAll(some.SelectMany(collection => Enumerable.Range(0, keys).Select(key => (collection, $"k{key}", Value))));
        }
    }

    /// <summary>Reads the first key of a collection once.</summary>
    /// <exception cref="LoadFault">It was not answered with its value.</exception>
    public static async Task ReadOnce(LoadTarget target, HttpConnection connection, string collection)
    {
        var answer = await connection.Exchange(target.Requests().Write(Line("GET", collection, "k0")));
        if (answer.Status != 200 || !answer.Holds(Expected))
        {
            throw new LoadFault($"{collection} could not be read: {ErrorKind.Of(answer)}.");
        }
    }

    public override User CreateUser(LoadTarget target, int index, int count) => new Asker(this, target.Requests(), index);

    private ReadOnlyMemory<byte> Request(RequestBuffer requests, string collection, string ownKey) => kind switch
    {
        RequestKind.Get => requests.Write(Line("GET", collection, "k0")),
        RequestKind.StrongGet => requests.Write(Line("GET", collection, "k0?consistency=strong")),
        _ => requests.Write(Line("POST", collection, ownKey), Body),
    };

    private static byte[] Line(string method, string collection, string key) => Encoding.ASCII.GetBytes($"{method} /api/v1/kv/default/{collection}/{key}");

    private string? Judge(in Answer answer) =>
        answer.Status != (kind == RequestKind.Set ? 201 : 200) ? ErrorKind.Of(answer)
        : answer.Holds(Expected) ? null
        : ErrorKind.WrongAnswer;

    private string Draw(Random random) => $"{prefix}{random.Next(collections)}";

    private sealed class Asker(CollectionWorkload workload, RequestBuffer requests, int index) : User
    {
        private readonly Random _random = new(index);
        private int _next;

        public override Request Next() => new(workload.Request(requests, workload.Draw(_random), $"u{index}-{_next++ % KeysPerUser}"), 0);

        public override string? Judge(in Answer answer) => workload.Judge(answer);
    }
}
