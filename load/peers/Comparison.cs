using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Peers;

/// <summary>The tables: each figure with its ratio to ours.</summary>
internal static class Comparison
{
    public static void Print(TextWriter output, IReadOnlyList<RunningPeer> peers, SideBySide measured)
    {
        foreach (var measure in Measure.All)
        {
            output.WriteLine(measure.Name);
            var ours = measured.Median(peers[0], measure);
            output.Write(TextTable.Of(
                ["", "rate/s", "", "p50 ms", "", "p99 ms", "", "CPU s per 1,000", "", "device bytes each", "", "errors"],
                peers.Select(peer => Row(peer, measured.Median(peer, measure), ours, measure))));
        }

        output.WriteLine("Start and memory");
        output.Write(TextTable.Of(
            ["", "start ms", "", "RSS idle MB", "", "RSS loaded MB", ""],
            peers.Select(peer => (IReadOnlyList<string>)
            [
                peer.Peer.Name,
                .. With(peer.StartTime.TotalMilliseconds, peers[0].StartTime.TotalMilliseconds, "N0"),
                .. With(measured.IdleRssMb[peer], measured.IdleRssMb[peers[0]], "0.0"),
                .. With(peer.RssMb, peers[0].RssMb, "0.0"),
            ])));
    }

    private static IReadOnlyList<string> Row(RunningPeer peer, Sample sample, Sample ours, Measure measure) =>
    [
        measure.Kind == "set" && !peer.Peer.IsDurable ? $"{peer.Peer.Name} (not durable)" : peer.Peer.Name,
        .. With(sample.RatePerSecond, ours.RatePerSecond, "N0"),
        .. With(sample.P50Ms, ours.P50Ms, "0.00"),
        .. With(sample.P99Ms, ours.P99Ms, "0.00"),
        .. With(sample.CpuSecondsPerThousand, ours.CpuSecondsPerThousand, "0.000"),
        .. measure.Kind == "set" && peer.Peer.IsDurable && sample.DeviceBytes is { } bytes ? With(bytes, ours.DeviceBytes ?? 0, "N0") : ["", ""],
        $"{sample.Errors}",
    ];

    private static string[] With(double value, double ours, string format) =>
        [value.ToString(format, null), ours > 0 ? $"({value / ours:0.00})" : ""];
}
