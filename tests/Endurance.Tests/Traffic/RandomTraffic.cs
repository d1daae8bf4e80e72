using System.Collections.Concurrent;
using EdgeOrleans.Oracle;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>
/// Writers on connections of their own and one client that deletes namespaces and collections, all at once, until the service ends or
/// they are told to stop. Everything is recorded at the oracle before it is sent.
/// </summary>
internal sealed class RandomTraffic(WriteOracle oracle, KvClient client, TrafficCounts counts) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = [];
    private readonly List<Task> _senders = [];
    private TaskCompletionSource _clearSent = NewSignal();

    /// <summary>What a reader saw that cannot be, or an answer that nobody should get.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>The moment at which the next delete of a namespace or collection is sent.</summary>
    public Task NextClear => Volatile.Read(ref _clearSent).Task;

    public static RandomTraffic Start(WriteOracle oracle, KvClient client, TrafficCounts counts, int writers, int seed)
    {
        var traffic = new RandomTraffic(oracle, client, counts);
        for (var i = 0; i < writers; i++)
        {
            var random = new Random(HashCode.Combine(seed, i));
            traffic._senders.Add(Task.Run(() => traffic.Write(random)));
        }

        traffic._senders.Add(Task.Run(() => traffic.Clear(new Random(HashCode.Combine(seed, writers)))));
        return traffic;
    }

    /// <summary>Lets requests under way end and sends no more.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_senders);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    private async Task Write(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var isAnswered = random.Next(100) switch
            {
                < 55 => await Set(Landscape.Any(random)),
                < 70 => await Delete(Landscape.Any(random)),
                < 80 => await SetMany(Places(random, random.Next(10) == 0 ? 200 : random.Next(2, 30))),
                < 84 => await DeleteMany(Places(random, random.Next(2, 15))),
                _ => await Read(Landscape.Any(random)),
            };
            if (!isAnswered)
            {
                return;
            }
        }
    }

    private async Task Clear(Random random)
    {
        var isAnswered = true;
        while (isAnswered && !_stop.IsCancellationRequested)
        {
            await Task.Delay(random.Next(60));
            var ofNamespace = random.Next(3) > 0;
            var one = Landscape.AnyCollection(random);
            var ns = Landscape.AnyNamespace(random);
            var clear = oracle.BeginClear(ofNamespace ? Landscape.CollectionsOf(ns) : [one]);
            var sending = ofNamespace ? client.DeleteNamespace(ns) : client.DeleteCollection(one.Namespace, one.Name);
            Interlocked.Exchange(ref _clearSent, NewSignal()).SetResult();
            var reply = await sending;
            oracle.EndClear(clear, reply.Answer);
            if (reply.Answer == Answer.Acknowledged)
            {
                counts.AddDelete(ofNamespace);
            }

            isAnswered = Note(reply);
        }
    }

    private async Task<bool> Set(Place place)
    {
        var sent = oracle.BeginSet(place);
        return End(place, sent, await client.Set(place, WriteOracle.ValueOf(sent.Id)));
    }

    private async Task<bool> Delete(Place place)
    {
        var sent = oracle.BeginDelete(place);
        return End(place, sent, await client.Delete(place));
    }

    private async Task<bool> SetMany(Place[] places)
    {
        var sent = Array.ConvertAll(places, oracle.BeginSet);
        return EndMany(places, sent, await client.SetBatch(places.Zip(sent, static (place, sent) => (place, WriteOracle.ValueOf(sent.Id)))));
    }

    private async Task<bool> DeleteMany(Place[] places)
    {
        var sent = Array.ConvertAll(places, oracle.BeginDelete);
        return EndMany(places, sent, await client.DeleteBatch(places));
    }

    private async Task<bool> Read(Place place)
    {
        var readAt = oracle.Now();
        var reply = await client.Get(place);
        if (reply.Status is 200 or 404)
        {
            counts.AddRead();
            if (oracle.Read(place, reply.Status == 200 ? reply.Raw("value") : null, readAt) is { } fault)
            {
                _faults.Enqueue("while running: " + fault);
            }
        }

        return Note(reply);
    }

    private bool End(Place place, Sent sent, Reply reply)
    {
        oracle.End(place, sent, reply.Answer);
        counts.AddAcknowledged(reply.Answer == Answer.Acknowledged ? 1 : 0);
        return Note(reply);
    }

    private bool EndMany(Place[] places, Sent[] sent, Reply reply)
    {
        var answers = reply.Status == 200 ? reply.BatchAnswers() : [.. places.Select(_ => reply.Answer)];
        for (var i = 0; i < places.Length; i++)
        {
            oracle.End(places[i], sent[i], answers[i]);
        }

        counts.AddAcknowledged(answers.Count(static a => a == Answer.Acknowledged));
        if (answers.Any(static a => a != Answer.Acknowledged) && reply.Status == 200)
        {
            counts.AddRefusal("200 with failed operations");
        }

        return Note(reply);
    }

    private bool Note(Reply reply)
    {
        counts.AddReply(reply);
        if (reply.Status is 400 or 405 or 413 or 500)
        {
            _faults.Enqueue($"an answer that nobody should get: {reply}");
        }

        return reply.Status != 0;
    }

    // One place at most once, so that the order within the batch decides nothing.
    private static Place[] Places(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Landscape.Any(random)).Distinct()];

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
