using System.Diagnostics;

namespace EdgeOrleans.Load.Flash;

/// <summary>One part of the hour: what is written, and how much of it a user would call data.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Run">Writes it.</param>
internal sealed record Phase(string Name, Func<IStore, Task<long>> Run);

/// <summary>
/// An hour of a device's life in a minute: a value that changes every second, values of many keys, bursts of many clients at once, and
/// nothing at all.
/// </summary>
internal static class Pattern
{
    /// <summary>How much faster than life it goes.</summary>
    public const int Speed = 60;

    /// <summary>How many clients a burst comes from.</summary>
    public const int Workers = 16;

    private const int Keys = 10_000;
    private const int BurstWrites = 100;
    private const int PhaseMinutes = 15;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1) / Speed;

    /// <summary>Its parts, a quarter of an hour each.</summary>
    public static IReadOnlyList<Phase> Phases { get; } =
    [
        new("a hot key, a write a second", store => Each(PhaseMinutes * 60, Second, i => Write(store, 0, "hot", i))),
        new($"random keys of {Keys:N0}, a write a second", store =>
        {
            var random = new Random(1);
            return Each(PhaseMinutes * 60, Second, i => Write(store, 0, $"k{random.Next(Keys):D5}", i));
        }),
        new($"bursts of {BurstWrites} from {Workers} clients, one a minute", store => Each(PhaseMinutes, Second * 60, i => Burst(store, i))),
        new("idle", static async _ =>
        {
            await Task.Delay(Second * 60 * PhaseMinutes);
            return 0;
        }),
    ];

    private static async Task<long> Each(int count, TimeSpan interval, Func<int, Task<long>> write)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var bytes = 0L;
        for (var i = 0; i < count; i++)
        {
            var early = (interval * i) - Stopwatch.GetElapsedTime(startedAt);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            bytes += await write(i);
        }

        return bytes;
    }

    private static async Task<long> Burst(IStore store, int number)
    {
        var next = 0;
        var bytes = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var sum = 0L;
            for (var i = Interlocked.Increment(ref next); i <= BurstWrites; i = Interlocked.Increment(ref next))
            {
                sum += await Write(store, worker, $"burst-{i:D3}", number);
            }

            return sum;
        })));
        return bytes.Sum();
    }

    /// <returns>The bytes of key and value.</returns>
    private static async Task<long> Write(IStore store, int worker, string key, int number)
    {
        var json = $"{{\"n\":{1_000_000_000 + number},\"text\":\"{new string('x', 80)}\"}}";
        await store.Set(worker, key, json);
        return key.Length + json.Length;
    }
}
