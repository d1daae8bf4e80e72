using System.Diagnostics;
using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Cluster;

/// <summary>How long the first read of a collection takes, which has to be loaded from PostgreSQL, by how many keys it has.</summary>
internal static class ColdCollections
{
    // The first of a size are for the compiler.
    private const int WarmUp = 3;
    private const int Measured = 10;
    private static readonly int[] Sizes = [1, 1_000, 10_000];

    public static async Task Print(TextWriter output, Servers servers, Site site, CancellationToken ct)
    {
        var target = site.Gateways[Site.Home];
        foreach (var size in Sizes)
        {
            await CollectionWorkload.Fill(target, Names(size), size).WaitAsync(ct);
        }

        await site.Restart();
        using var connection = target.Connect();
        var times = Sizes.Select(static _ => new List<double>()).ToArray();
        var cpu = new CpuReading[Sizes.Length];
        for (var i = 0; i < Sizes.Length; i++)
        {
            foreach (var name in Names(Sizes[i]).Take(WarmUp))
            {
                await CollectionWorkload.ReadOnce(target, connection, name);
            }

            var before = CpuReading.Of(servers, site, Site.Home);
            foreach (var name in Names(Sizes[i]).Skip(WarmUp))
            {
                var since = Stopwatch.GetTimestamp();
                await CollectionWorkload.ReadOnce(target, connection, name).WaitAsync(ct);
                times[i].Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }

            cpu[i] = CpuReading.Of(servers, site, Site.Home) - before;
        }

        output.WriteLine($"The first read of a cold collection, values of 100 bytes, {Measured} collections of each size");
        output.WriteLine(TextTable.Of(
            ["keys", "median ms", "longest ms", "CPU ms of the silo", "of PostgreSQL"],
            Sizes.Select((size, i) => (IReadOnlyList<string>)
                [$"{size:N0}", Figures.Ms(Cost.Middle(times[i], static ms => ms)), Figures.Ms(times[i].Max()), Each(cpu[i].Asked), Each(cpu[i].Postgres)])));
    }

    private static string Each(double cpuSeconds) => $"{cpuSeconds * 1000 / Measured:0.0}";

    private static IEnumerable<string> Names(int size) => Enumerable.Range(0, WarmUp + Measured).Select(i => $"cold{size}-{i}");
}
