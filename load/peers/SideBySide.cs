using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Peers;

/// <summary>Gives every peer the same loads in turn, round by round, so that a machine that slows down slows all of them.</summary>
internal sealed class SideBySide(IReadOnlyList<RunningPeer> peers, int rounds, double seconds, double warmUpSeconds, ProgressLine progress)
{
    private readonly Dictionary<(RunningPeer, Measure), List<Sample>> _samples = [];

    /// <summary>Memory before any load.</summary>
    public Dictionary<RunningPeer, double> IdleRssMb { get; } = [];

    public async Task Run()
    {
        foreach (var peer in peers)
        {
            IdleRssMb[peer] = peer.RssMb;
            progress.Show($"{peer.Peer.Name}: warm-up");

            // A read needs its key.
            await Wrk.Run(peer, "set", 1, 1);
            foreach (var measure in Measure.All)
            {
                await Wrk.Run(peer, measure.Kind, measure.Connections, warmUpSeconds / Measure.All.Count);
            }
        }

        for (var round = 1; round <= rounds; round++)
        {
            foreach (var measure in Measure.All)
            {
                foreach (var peer in peers)
                {
                    progress.Show($"round {round} of {rounds}: {measure.Name}: {peer.Peer.Name}");
                    Samples(peer, measure).Add(await Once(peer, measure));
                }
            }
        }
    }

    /// <summary>The medians of a peer.</summary>
    public Sample Median(RunningPeer peer, Measure measure) => Sample.Median(Samples(peer, measure));

    private async Task<Sample> Once(RunningPeer peer, Measure measure)
    {
        var cpu = peer.CpuSeconds;
        var bytes = peer.Disk.Device?.BytesWritten;
        var result = await Wrk.Run(peer, measure.Kind, measure.Connections, seconds);
        var requests = Math.Max(1, result.RatePerSecond * Math.Max(1, (int)seconds));
        return new Sample(
            result.RatePerSecond,
            result.P50Ms,
            result.P99Ms,
            (peer.CpuSeconds - cpu) * 1000 / requests,
            (peer.Disk.Device?.BytesWritten - bytes) / requests,
            result.Errors);
    }

    private List<Sample> Samples(RunningPeer peer, Measure measure) =>
        _samples.TryGetValue((peer, measure), out var samples) ? samples : _samples[(peer, measure)] = [];
}
