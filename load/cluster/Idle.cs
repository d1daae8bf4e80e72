using System.Diagnostics;
using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Cluster;

/// <summary>What a silo takes while nobody asks for anything: it must not grow with the silos, nor with what they hold.</summary>
internal static class Idle
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    public static async Task Print(TextWriter output, Bench bench, string when, IReadOnlyList<Site> sites, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var before = sites.Select(site => CpuReading.Of(bench.Servers, site, Site.Home)).ToArray();
        await Task.Delay(Length, ct);
        var taken = sites.Select((site, i) => CpuReading.Of(bench.Servers, site, Site.Home) - before[i]).ToArray();
        var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
        output.WriteLine($"At rest, {when}: CPU ms in a second");
        output.Write(TextTable.Of(
            ["", "each silo", "RSS MB of the first"],
            sites.Select((site, i) => (IReadOnlyList<string>)
                [site.Name, PerSecond((taken[i].Asked + taken[i].Others) / site.Size), $"{site.RssMb:N0}"])));
        output.WriteLine($"  PostgreSQL for all of them {PerSecond(taken[0].Postgres)}, Redis {PerSecond(taken[0].Redis)}");
        output.WriteLine();

        string PerSecond(double cpuSeconds) => $"{cpuSeconds * 1000 / seconds:0.0}";
    }
}
