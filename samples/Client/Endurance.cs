using System.Diagnostics;
using EdgeOrleans;

/// <summary>Writes and reads for a while, whatever happens to the gateways, and counts what was lost.</summary>
internal static class Endurance
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <returns>Acknowledged writes that are not there any more: 0, or the service has broken its promise.</returns>
    public static async Task<int> Run(KeyValueCollection<Reading> readings, TimeSpan time, CancellationToken end)
    {
        if (time == TimeSpan.Zero)
        {
            return 0;
        }

        // One key for each write: what is acknowledged is there, and what failed may be there or not.
        var acknowledged = new List<(string Key, double Value)>();
        var failed = 0;
        var longest = TimeSpan.Zero;
        var since = Stopwatch.StartNew();
        for (var (clock, i) = (Stopwatch.StartNew(), 0); clock.Elapsed < time && !end.IsCancellationRequested; i++)
        {
            try
            {
                await readings.Set($"n{i}", new Reading(i, DateTimeOffset.UtcNow));
                acknowledged.Add(($"n{i}", i));
                longest = since.Elapsed > longest ? since.Elapsed : longest;
                since.Restart();
                Console.WriteLine($"written: {i}");
            }
            catch (Exception fault)
            {
                // A gateway that is gone, or a collection on its way from there: its next call finds another.
                failed++;
                Console.WriteLine($"failed: {fault.GetType().Name}");
            }

            await Task.Delay(Pause);
        }

        var lost = 0;
        foreach (var (key, value) in acknowledged)
        {
            lost += (await Read(readings, key))?.Celsius == value ? 0 : 1;
        }

        Console.WriteLine($"acknowledged {acknowledged.Count}, failed {failed}, lost {lost}; longest without service {longest.TotalSeconds:F1} s");
        return lost;
    }

    /// <summary>A read may be repeated without harm, so it is: until the gateway is back, or another has taken its place.</summary>
    private static async Task<Reading?> Read(KeyValueCollection<Reading> readings, string key)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                return (await readings.Get(key))?.Value;
            }
            catch (Exception) when (clock.Elapsed < Patience)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
