using System.CommandLine;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Peers;

/// <summary>This service and its peers under the same load on the same machine.</summary>
internal static class Program
{
    // After Ctrl-C: to end the processes and to unmount the disks.
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(60);

    /// <summary>Reads the command line, measures and prints.</summary>
    /// <returns>0, or 2 when nothing could be measured.</returns>
    public static Task<int> Main(string[] args)
    {
        HttpConnection.MakeCheaper();
        var service = new Option<FileInfo>("--service") { Description = "The service's published binary.", Required = true }.AcceptExistingOnly();
        var bare = new Option<FileInfo>("--bare")
        {
            Description = "The bare route, published as the service is; without it, the one that was built.",
            DefaultValueFactory = static _ => new FileInfo(Path.Combine(AppContext.BaseDirectory, "edgeorleans-bare")),
        };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured, in turns.", DefaultValueFactory = static _ => 3 };
        var seconds = new Option<double>("--seconds") { Description = "How long each measurement takes.", DefaultValueFactory = static _ => 5 };
        var warmUp = new Option<double>("--warmup") { Description = "Seconds of load for each before it is measured.", DefaultValueFactory = static _ => 20 };
        var root = new RootCommand("Measures EdgeOrleans beside its peers, with wrk, each on a loop device of its own where one can be mounted.")
        {
            service, bare, rounds, seconds, warmUp,
        };
        root.SetAction((parsed, ct) => Run(
            PeerList.Of(parsed.GetRequiredValue(service).FullName, parsed.GetRequiredValue(bare).FullName),
            parsed.GetValue(rounds),
            parsed.GetValue(seconds),
            parsed.GetValue(warmUp),
            ct));
        var result = root.Parse(args);
        foreach (var error in result.Errors)
        {
            Console.Error.WriteLine(error.Message);
        }

        return result.Errors.Count > 0 ? Task.FromResult(ExitCode.NothingMeasured) : result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = CleanUpLimit });
    }

    private static async Task<int> Run(IReadOnlyList<Peer> peers, int rounds, double seconds, double warmUpSeconds, CancellationToken ct)
    {
        // Signals are caught once this has returned for the first time: before anything is started that would be left behind.
        await Task.Yield();
        var progress = ProgressLine.OfConsole();
        var running = new List<RunningPeer>();
        try
        {
            foreach (var peer in peers)
            {
                if (peer.Missing is { } missing)
                {
                    Console.WriteLine($"{peer.Name} is left out, as {missing} is not there: {peer.Install}");
                    continue;
                }

                running.Add(await RunningPeer.Start(peer));
            }

            Console.WriteLine($"{Machine.Description}; medians of {rounds} rounds of {seconds} s, interleaved, after {warmUpSeconds} s of warm-up; in parentheses the ratio to ours");
            foreach (var peer in running)
            {
                Console.WriteLine($"  {peer.Peer.Name}: {peer.Peer.Description}{(peer.Disk.Device is null ? ", its data on no device of its own, so its bytes are not counted" : "")}");
            }

            var measured = new SideBySide(running, rounds, seconds, warmUpSeconds, progress);
            await measured.Run().WaitAsync(ct);
            progress.Clear();
            Comparison.Print(Console.Out, running, measured);
            if (running.Find(static peer => !peer.Peer.IsDurable) is { } bare)
            {
                PrintShares(running[0], bare, measured);
                await Ceiling.Print(
                    Console.Out, bare, measured.Median(bare, Measure.All[1]).RatePerSecond, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(warmUpSeconds / 4), progress, ct);
            }

            return ExitCode.Held;
        }
        catch (OperationCanceledException)
        {
            progress.Clear();
            return ExitCode.NothingMeasured;
        }
        catch (LoadFault fault)
        {
            progress.Clear();
            Console.Error.WriteLine(fault.Message);
            return ExitCode.NothingMeasured;
        }
        finally
        {
            foreach (var peer in running)
            {
                await peer.DisposeAsync();
            }
        }
    }

    private static void PrintShares(RunningPeer ours, RunningPeer bare, SideBySide measured) => Console.WriteLine(
        $"A SET at 1 connection takes {measured.Median(ours, Measure.All[2]).P50Ms:0.000} ms (median); a 4-KiB write and its flush on the same disk {FlushProbe.MedianMs(ours.Disk.Path):0.000} ms, "
        + $"an HTTP round trip to the bare route {measured.Median(bare, Measure.All[0]).P50Ms:0.000} ms.");
}
