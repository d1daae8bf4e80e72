using System.Diagnostics;
using System.Globalization;

namespace EdgeOrleans.Load.Peers;

/// <summary>The common load generator.</summary>
internal static class Wrk
{
    /// <summary>Runs it with one thread.</summary>
    /// <exception cref="LoadFault">It is not there or failed.</exception>
    public static async Task<WrkResult> Run(RunningPeer peer, string kind, int connections, double seconds)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "peers.lua");
        string[] arguments =
        [
            "-t1", $"-c{connections}", string.Create(CultureInfo.InvariantCulture, $"-d{Math.Max(1, (int)seconds)}s"), "--latency",
            "-s", script, $"http://127.0.0.1:{peer.Port}", "--", peer.Peer.Name, kind,
        ];
        using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true }) ?? throw new LoadFault("wrk does not start.");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var result = output.Split('\n').FirstOrDefault(static line => line.StartsWith("RESULT", StringComparison.Ordinal))
            ?? throw new LoadFault($"wrk failed: {output}");
        var numbers = result.Split(' ')[1..].Select(static text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new WrkResult(numbers[0], numbers[1], numbers[2], (long)numbers[3]);
    }
}

/// <summary>What it said.</summary>
internal sealed record WrkResult(double RatePerSecond, double P50Ms, double P99Ms, long Errors);
