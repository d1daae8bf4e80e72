using System.Collections.Concurrent;
using System.Globalization;
using EdgeOrleans.Linearizability;

namespace EdgeOrleans.Cluster.Tests.Traffic;

/// <summary>
/// Requests at a fixed rate to all gateways in turn, whether or not those before were answered: a service that is away does not lower the
/// number of requests that it misses. With three gateways each pair of a gateway and a collection is asked four times a second, so no shorter
/// time without service is seen.
/// </summary>
internal sealed class OpenLoop : IAsyncDisposable
{
    private const int Collections = 8;
    private const int KeysOfCollection = 2;
    private const int WritesPerSecond = 96;
    private const int DeletesOf100 = 3;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1.0 / WritesPerSecond);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);
    private static long LastValue;

    private readonly ConcurrentQueue<Attempt> _attempts = [];
    private readonly ConcurrentDictionary<Task, byte> _inFlight = [];
    private readonly CancellationTokenSource _end = new();
    private readonly GatewayClient[] _gateways;
    private readonly string _prefix;
    private readonly Random _random = new();
    private Task _sending = Task.CompletedTask;
    private long _settledAt;

    /// <param name="gateways">Where to send.</param>
    /// <param name="prefix">What the names of its collections begin with.</param>
    public OpenLoop(IEnumerable<Uri> gateways, string prefix)
    {
        _gateways = [.. gateways.Select(static (address, number) => new GatewayClient(number, address))];
        _prefix = prefix;
    }

    /// <summary>
    /// Begins, and waits until each gateway has served each collection: from then on time without service counts. A collection is first asked
    /// for at one gateway in turn, so that its member has it.
    /// </summary>
    public async Task Begin()
    {
        for (var collection = 0; collection < Collections; collection++)
        {
            _attempts.Enqueue(await _gateways[collection % _gateways.Length].Ask(OperationKind.PlainRead, CollectionOf(collection), KeyOf(0)));
        }

        _sending = Task.Run(Send);
        var started = Moment.Now;
        while (_attempts.Where(static attempt => attempt.IsServed).Select(static attempt => (attempt.Gateway, attempt.Collection, attempt.Operation.Kind)).Distinct().Count()
            < _gateways.Length * Collections * Enum.GetValues<OperationKind>().Length)
        {
            if (Moment.Now - started > SettleLimit.TotalMicroseconds)
            {
                throw new InvalidOperationException($"Not all is served after {SettleLimit}, but {string.Join(", ", _attempts.Select(static attempt => attempt.Answer).Distinct())}.");
            }

            await Task.Delay(50);
        }

        _settledAt = Moment.Now;
    }

    /// <summary>Ends it, reads every key once more through each gateway, plainly and strongly, and hands over all that was asked.</summary>
    public async Task<TrafficRecord> Finish()
    {
        await _end.CancelAsync();
        await _sending;
        var end = Moment.Now;
        await Task.WhenAll(_inFlight.Keys);

        // Plainly first: a strong read would cure what is stale.
        var plain = await ReadAll(OperationKind.PlainRead);
        return new TrafficRecord([.. _attempts], _settledAt, end, [.. plain, .. await ReadAll(OperationKind.StrongRead)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _sending;
        await Task.WhenAll(_inFlight.Keys);
        Array.ForEach(_gateways, static gateway => gateway.Dispose());
        _end.Dispose();
    }

    private async Task Send()
    {
        var begin = Moment.Now;
        for (var i = 0; !_end.IsCancellationRequested; i++)
        {
            // Three gateways and eight collections: each pair has its turn.
            var gateway = _gateways[i % _gateways.Length];
            var collection = CollectionOf(i % Collections);
            var value = _random.Next(100) < DeletesOf100 ? Operation.Absent : Interlocked.Increment(ref LastValue);

            // Every other write is to a key that is never written again: what is lost of those is not covered by what comes after.
            var key = value % 2 == 0 && value != Operation.Absent ? string.Create(CultureInfo.InvariantCulture, $"once{value}") : AnyKey();
            Track(gateway.Ask(OperationKind.Write, collection, key, value));

            // Strong reads cost a round trip to storage, so there are fewer of them.
            Track(gateway.Ask((i + (i / Collections)) % 4 == 0 ? OperationKind.StrongRead : OperationKind.PlainRead, collection, AnyKey()));
            var wait = (Period * (i + 1)) - TimeSpan.FromMicroseconds(Moment.Now - begin);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, CancellationToken.None);
            }
        }
    }

    private async Task<List<Attempt>> ReadAll(OperationKind kind)
    {
        var attempts = new List<Attempt>();
        foreach (var gateway in _gateways)
        {
            var reads =
                from collection in Enumerable.Range(0, Collections)
                from key in Enumerable.Range(0, KeysOfCollection)
                select gateway.Ask(kind, CollectionOf(collection), KeyOf(key));
            attempts.AddRange(await Task.WhenAll(reads));
        }

        return attempts;
    }

    private void Track(Task<Attempt> asking)
    {
        var tracked = Record();
        _inFlight.TryAdd(tracked, 0);
        _ = tracked.ContinueWith(done => _inFlight.TryRemove(done, out _), TaskScheduler.Default);

        async Task Record() => _attempts.Enqueue(await asking);
    }

    private string CollectionOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{number}");

    private string AnyKey() => KeyOf(_random.Next(KeysOfCollection));

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"k{number}");
}
