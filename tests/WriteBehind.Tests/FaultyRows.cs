using System.Collections.Concurrent;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>What happens to a storage call.</summary>
internal enum Fate
{
    Works,

    /// <summary>Nothing is written, the caller gets an error.</summary>
    Fails,

    /// <summary>The row is written, the caller gets an error.</summary>
    LosesTheAnswer,
}

/// <summary>Storage calls that fail as a test says, over rows that work.</summary>
internal sealed class FaultyRows(IStateRows rows) : IStateRows
{
    private int _inFlight;

    /// <summary>Asked before each call with its description (<c>write ns/c d1</c>); by default all work.</summary>
    public Func<string, Fate> FateOf { get; set; } = _ => Fate.Works;

    /// <summary>Awaited before each call: a storage that hangs or is slow.</summary>
    public Func<string, Task> Delay { get; set; } = _ => Task.CompletedTask;

    /// <summary>All calls that were made, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>The most calls that were in flight at once.</summary>
    public int MostInFlight { get; private set; }

    public long Epoch => rows.Epoch;

    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Call($"read {collectionKey} {row}", () => rows.Read(collectionKey, row, ct));

    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Call($"write {collectionKey} {row}", () => rows.Write(collectionKey, row, payload, etag, ct));

    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) => Call("list", () => rows.ListSaved(ct));

    public Task KeepAhead(IReadOnlyCollection<string> collectionKeys, CancellationToken ct) => rows.KeepAhead(collectionKeys, ct);

    public Task MakeDurable(CancellationToken ct) =>
        Call("durable", async () =>
        {
            await rows.MakeDurable(ct);
            return 0;
        });

    private async Task<T> Call<T>(string call, Func<Task<T>> work)
    {
        Calls.Enqueue(call);
        MostInFlight = Math.Max(MostInFlight, Interlocked.Increment(ref _inFlight));
        try
        {
            var fate = FateOf(call);
            await Delay(call);
            if (fate == Fate.Fails)
            {
                throw new IOException($"injected: {call}");
            }

            var result = await work();
            return fate == Fate.Works ? result : throw new IOException($"injected after it was done: {call}");
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
